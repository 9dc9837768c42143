package palimpsest.api;

/** The model is sound but outside what this software handles; exit 3. */
public final class UnsupportedModel extends PalimpsestException {
  private static final long serialVersionUID = 1;

  public UnsupportedModel(String message) {
    super(3, message, null);
  }

  public UnsupportedModel(String message, Throwable cause) {
    super(3, message, cause);
  }
}

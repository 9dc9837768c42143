package palimpsest.api;

/** The numbers of a run stopped being finite; exit 5. */
public final class Diverged extends PalimpsestException {
  private static final long serialVersionUID = 1;

  public Diverged(String message) {
    super(5, message, null);
  }

  public Diverged(String message, Throwable cause) {
    super(5, message, cause);
  }
}

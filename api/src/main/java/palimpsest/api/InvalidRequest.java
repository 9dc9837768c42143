package palimpsest.api;

/**
 * What was asked for cannot be done as written: a bad option, a malformed file of the user's, an
 * existing output; exit 2.
 */
public sealed class InvalidRequest extends PalimpsestException permits Unfit {
  private static final long serialVersionUID = 1;

  public InvalidRequest(String message) {
    super(2, message, null);
  }

  public InvalidRequest(String message, Throwable cause) {
    super(2, message, cause);
  }
}

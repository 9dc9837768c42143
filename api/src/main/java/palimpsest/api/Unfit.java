package palimpsest.api;

/** A method that cannot be applied to this model or these records as it is set; exit 2. */
public final class Unfit extends InvalidRequest {
  private static final long serialVersionUID = 1;

  public Unfit(String message) {
    super(message);
  }

  public Unfit(String message, Throwable cause) {
    super(message, cause);
  }
}

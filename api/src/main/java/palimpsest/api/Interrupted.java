package palimpsest.api;

/** Stopped before the end with everything saved that is needed to go on; exit 6. */
public final class Interrupted extends PalimpsestException {
  private static final long serialVersionUID = 1;

  public Interrupted(String message) {
    super(6, message, null);
  }

  public Interrupted(String message, Throwable cause) {
    super(6, message, cause);
  }
}

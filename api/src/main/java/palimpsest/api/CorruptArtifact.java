package palimpsest.api;

/** A file is damaged, truncated, lies about itself, is too old or too new; exit 4. */
public final class CorruptArtifact extends PalimpsestException {
  private static final long serialVersionUID = 1;

  public CorruptArtifact(String message) {
    super(4, message, null);
  }

  public CorruptArtifact(String message, Throwable cause) {
    super(4, message, cause);
  }
}

package palimpsest.api;

import org.jspecify.annotations.Nullable;

/** An error whose one-line message tells a person what, got, wanted and what to do. */
public abstract sealed class PalimpsestException extends RuntimeException
    permits InvalidRequest, UnsupportedModel, CorruptArtifact, Diverged, Interrupted {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  PalimpsestException(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** The process' exit status for this error. */
  public int exitCode() {
    return exitCode;
  }

  /** Never null. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}

package palimpsest.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import palimpsest.api.InvalidRequest;

/** Renames that happen whole or not at all. */
public final class Moves {
  private Moves() {}

  /** Renames a file or folder. */
  public static void atomically(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new InvalidRequest("cannot move " + from + " to " + to + ": " + e.getMessage(), e);
    }
  }
}

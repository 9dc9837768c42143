package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;

/**
 * How long merging a set of shards took, with all that a request repeats of it: reading the frozen
 * checkpoint and the adapters, measuring what having sharded costs, writing the model. Beside
 * {@code shards.json} as {@code merging.json}; no result depends on it.
 *
 * @param seconds wall-clock time
 */
record MergePace(double seconds) {
  static final String FILE = "merging.json";

  MergePace {
    Check.nonNegative(seconds, "seconds of merging");
  }

  /**
   * That of a folder of shards; empty where none was kept.
   *
   * @throws palimpsest.api.CorruptArtifact if its file holds something else
   */
  static Optional<MergePace> of(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      return Files.exists(file)
          ? Optional.of(JsonFiles.read(file, MergePace.class))
          : Optional.empty();
    } catch (CorruptArtifact | InvalidRequest e) {
      throw new CorruptArtifact(
          file + " does not say seconds: remove it, no result depends on it", e);
    }
  }

  /** The same on a machine that takes so many times as long. */
  MergePace times(double factor) {
    return new MergePace(seconds * factor);
  }

  void write(Path folder) {
    JsonFiles.write(folder.resolve(FILE), this);
  }
}

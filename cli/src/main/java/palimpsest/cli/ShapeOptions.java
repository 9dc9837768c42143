package palimpsest.cli;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Training;
import picocli.CommandLine.Option;

/** The shape of a model that begins with drawn weights. */
final class ShapeOptions {
  @Option(names = "--width", paramLabel = "N", description = "Width E; 128 unless given.")
  private @Nullable Integer width;

  @Option(names = "--layers", paramLabel = "N", description = "Layers; 4 unless given.")
  private @Nullable Integer layers;

  @Option(names = "--heads", paramLabel = "N", description = "Attention heads; 4 unless given.")
  private @Nullable Integer heads;

  @Option(names = "--kv-heads", paramLabel = "N", description = "Heads of keys and values; 2.")
  private @Nullable Integer kvHeads;

  @Option(names = "--ffn", paramLabel = "N", description = "Feed-forward width; 3 E.")
  private @Nullable Integer feedForward;

  @Option(names = "--vocab", paramLabel = "N", description = "Tokens, fitted on the data; 1280.")
  private @Nullable Integer vocabulary;

  @Option(names = "--positions", paramLabel = "N", description = "Most tokens of a record; 256.")
  private @Nullable Integer positions;

  /**
   * The shape, or none beside a checkpoint, which has its own.
   *
   * @throws InvalidRequest if both are given
   */
  Optional<Training.Shape> unless(@Nullable Path checkpoint) {
    if (checkpoint == null) {
      return Optional.of(shape());
    }
    if (Stream.of(width, layers, heads, kvHeads, feedForward, vocabulary, positions)
        .anyMatch(Objects::nonNull)) {
      throw new InvalidRequest("a checkpoint has its shape: give --start or a shape, not both");
    }
    return Optional.empty();
  }

  private Training.Shape shape() {
    int e = or(width, 128);
    return new Training.Shape(
        or(vocabulary, 1280),
        e,
        or(feedForward, 3 * e),
        or(layers, 4),
        or(heads, 4),
        or(kvHeads, 2),
        or(positions, 256));
  }

  private static int or(@Nullable Integer given, int usual) {
    return Optional.ofNullable(given).orElse(usual);
  }
}

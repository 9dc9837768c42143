package palimpsest.torch.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import palimpsest.api.CorruptArtifact;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * How long a run's steps took, summed over the parts in which it was done: what tells how long
 * others will take. Beside the ledger and not in it, which is a function of the run's inputs.
 *
 * <pre>
 * pace.json   {"ledger":0.1,"seconds":83.2,"steps":400}
 * </pre>
 *
 * <p>Steps that a killed run did after its last checkpoint are not in it, nor is their time: they
 * are done again.
 *
 * @param steps that were done, those that were done twice counted twice
 * @param seconds that they took, checkpoints on the way included
 * @param ledger seconds of these that went into the ledger; empty where they were not measured
 */
public record Pace(long steps, double seconds, OptionalDouble ledger) {
  static final String FILE = "pace.json";
  private static final Pace NONE = new Pace(0, 0, OptionalDouble.of(0));

  /**
   * That of a run; empty where none was kept or no step done.
   *
   * @throws CorruptArtifact if its file holds something else
   */
  public static Optional<Pace> of(Path run) {
    return Optional.of(read(run.resolve(FILE))).filter(p -> p.steps > 0);
  }

  /** Mean seconds of a step. */
  public double perStep() {
    return seconds / steps;
  }

  private static Pace read(Path file) {
    if (!Files.exists(file)) {
      return NONE;
    }
    try {
      JsonNode node = new ObjectMapper().readTree(Files.readString(file, StandardCharsets.UTF_8));
      JsonNode steps = node.path("steps");
      double seconds = node.path("seconds").asDouble(-1);
      if (!steps.canConvertToLong() || steps.asLong() < 0 || !(seconds >= 0 && seconds < 1e12)) {
        throw wrong(file, null);
      }
      double ledger = node.path("ledger").asDouble(-1);
      return new Pace(
          steps.asLong(),
          seconds,
          ledger >= 0 && ledger <= seconds ? OptionalDouble.of(ledger) : OptionalDouble.empty());
    } catch (JsonProcessingException e) {
      throw wrong(file, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CorruptArtifact wrong(
      Path file, @org.jspecify.annotations.Nullable Throwable why) {
    String message = file + " does not say steps and seconds: remove it, no result depends on it";
    return why == null ? new CorruptArtifact(message) : new CorruptArtifact(message, why);
  }

  /** Measures the steps of a process and adds them to those before. */
  static final class Watch {
    private final Path file;
    private final Pace before;
    private final long from = System.nanoTime();
    private long steps;
    private long ledger;

    Watch(Path run) {
      file = run.resolve(FILE);
      before = read(file);
    }

    /** A step, whose line took so many nanoseconds to write. */
    void step(long nanos) {
      steps++;
      ledger += nanos;
    }

    /** The ledger took so many nanoseconds more. */
    void ledger(long nanos) {
      ledger += nanos;
    }

    /** Writes the sum so far, where there is something to add. */
    void write() {
      if (steps == 0) {
        return;
      }
      double seconds = before.seconds + (System.nanoTime() - from) / 1e9;
      String spent =
          before.ledger.isPresent()
              ? "\"ledger\":" + (before.ledger.getAsDouble() + ledger / 1e9) + ","
              : "";
      String line =
          String.format(
              Locale.ROOT,
              "{%s\"seconds\":%s,\"steps\":%d}%n",
              spent,
              seconds,
              before.steps + steps);
      AtomicFile.write(file, line.getBytes(StandardCharsets.UTF_8));
    }
  }
}

package palimpsest.torch.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * How long a run took, summed over the parts in which it was done: what tells how long others will
 * take. Beside the ledger and not in it, which is a function of the run's inputs.
 *
 * <pre>
 * pace.json   {"around":2.1,"kept":10,"keeping":4.2,"ledger":0.1,"met":6400,"seconds":83.2,"steps":400}
 * </pre>
 *
 * <p>Steps that a killed run did after its last checkpoint are not in it, nor is their time: they
 * are done again.
 *
 * @param steps that were done, those that were done twice counted twice
 * @param met examples that they met, each as often as it was; 0 where they were not counted
 * @param seconds that they took, checkpoints on the way included
 * @param kept checkpoints that were taken to stay; those that a replay took over are not among them
 * @param keeping seconds of the steps' that taking these took; with {@code kept} 0 where it was not
 *     measured
 * @param ledger seconds of the steps' that went into the ledger; empty where they were not measured
 * @param around seconds beside the steps: reading the model, encoding the data, writing the result;
 *     of the last part alone, and 0 where they were not measured
 */
public record Pace(
    long steps,
    long met,
    double seconds,
    long kept,
    double keeping,
    OptionalDouble ledger,
    double around) {
  static final String FILE = "pace.json";
  private static final Pace NONE = new Pace(0, 0, 0, 0, 0, OptionalDouble.of(0), 0);
  private static final double MOST = 1e12;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * That of a run; empty where none was kept or no step done.
   *
   * @throws CorruptArtifact if its file holds something else
   */
  public static Optional<Pace> of(Path run) {
    return Optional.of(read(run.resolve(FILE))).filter(p -> p.steps > 0);
  }

  /** Mean seconds of a step, checkpoints to stay apart. */
  public double perStep() {
    return (seconds - keeping) / steps;
  }

  /**
   * Seconds of some of its steps: in proportion to the examples that they meet, where these and
   * those of the run were counted, or else to the steps.
   */
  public double ofSteps(double steps, OptionalDouble examples) {
    return met > 0 && examples.isPresent()
        ? examples.getAsDouble() * (seconds - keeping) / met
        : steps * perStep();
  }

  /**
   * Seconds of a run, all included.
   *
   * @param ofSteps those of its steps
   * @param checkpoints to be taken on the way that are to stay
   */
  public double ofRun(double ofSteps, int checkpoints) {
    return around + ofSteps + (kept == 0 ? 0 : checkpoints * keeping / kept);
  }

  /**
   * What an example of a step took in another run over what it took in this one; a step, where
   * examples were not counted.
   */
  public double ratio(Pace other) {
    return met > 0 && other.met > 0
        ? other.perStep() * other.steps / other.met / (perStep() * steps / met)
        : other.perStep() / perStep();
  }

  /** The same on a machine as fast as it was in another run: all seconds in the {@link #ratio}. */
  public Pace at(Pace other) {
    double ratio = ratio(other);
    return new Pace(
        steps,
        met,
        seconds * ratio,
        kept,
        keeping * ratio,
        ledger.isPresent() ? OptionalDouble.of(ledger.getAsDouble() * ratio) : ledger,
        around * ratio);
  }

  /** The same with other seconds beside the steps. */
  public Pace withAround(double others) {
    return new Pace(steps, met, seconds, kept, keeping, ledger, others);
  }

  private static Pace read(Path file) {
    if (!Files.exists(file)) {
      return NONE;
    }
    try {
      JsonNode node = JSON.readTree(Files.readString(file, UTF_8));
      JsonNode steps = node.path("steps");
      double seconds = node.path("seconds").asDouble(-1);
      double around = node.path("around").asDouble(0);
      if (!steps.canConvertToLong() || steps.asLong() < 0 || !isTime(seconds) || !isTime(around)) {
        throw wrong(file, null);
      }
      double ledger = node.path("ledger").asDouble(-1);
      long kept = node.path("kept").asLong(0);
      double keeping = node.path("keeping").asDouble(0);
      boolean apart = kept > 0 && keeping >= 0 && keeping <= seconds;
      return new Pace(
          steps.asLong(),
          Math.max(0, node.path("met").asLong(0)),
          seconds,
          apart ? kept : 0,
          apart ? keeping : 0,
          ledger >= 0 && ledger <= seconds ? OptionalDouble.of(ledger) : OptionalDouble.empty(),
          around);
    } catch (JsonProcessingException e) {
      throw wrong(file, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isTime(double seconds) {
    return seconds >= 0 && seconds < MOST;
  }

  private static CorruptArtifact wrong(
      Path file, @org.jspecify.annotations.Nullable Throwable why) {
    String message =
        file
            + " does not say steps and seconds, or says others than can be: remove it, no result depends on it";
    return why == null ? new CorruptArtifact(message) : new CorruptArtifact(message, why);
  }

  /** Measures the steps of a process and adds them to those before. */
  static final class Watch {
    private final Path file;
    private final Pace before;
    private final long from = System.nanoTime();
    private long steps;
    private long met;
    private long ledger;
    private long kept;
    private long keeping;
    private OptionalDouble ended = OptionalDouble.empty(); // seconds from then to the last step

    Watch(Path run) {
      file = run.resolve(FILE);
      before = read(file);
    }

    /** A step that met so many examples, and whose line took so many nanoseconds to write. */
    void step(int examples, long nanos) {
      steps++;
      met += examples;
      ledger += nanos;
    }

    /** The ledger took so many nanoseconds more. */
    void ledger(long nanos) {
      ledger += nanos;
    }

    /** A checkpoint that is to stay took so many nanoseconds. */
    void kept(long nanos) {
      kept++;
      keeping += nanos;
    }

    /** Writes the sum so far, where there is something to add. */
    void write() {
      write(seconds(), before.around);
    }

    /** The last step is done. */
    void end() {
      double own = seconds();
      ended = OptionalDouble.of(own);
      write(own, before.around);
    }

    /** All took so many seconds, to the result's last file; after the {@link #end()}. */
    void all(double took) {
      double own = ended.orElseThrow();
      write(own, Math.max(0, took - own));
    }

    private double seconds() {
      return (System.nanoTime() - from) / 1e9;
    }

    private void write(double seconds, double around) {
      if (steps == 0) {
        return;
      }
      Map<String, Object> sum = new TreeMap<>();
      sum.put("around", around);
      if (before.steps == 0 || before.kept > 0) { // or else those before are in the steps' time
        sum.put("kept", before.kept + kept);
        sum.put("keeping", before.keeping + keeping / 1e9);
      }
      if (before.steps == 0 || before.met > 0) {
        sum.put("met", before.met + met);
      }
      before.ledger.ifPresent(spent -> sum.put("ledger", spent + ledger / 1e9));
      sum.put("seconds", before.seconds + seconds);
      sum.put("steps", before.steps + steps);
      try {
        AtomicFile.write(file, (JSON.writeValueAsString(sum) + "\n").getBytes(UTF_8));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("numbers are no JSON", e);
      }
    }
  }
}

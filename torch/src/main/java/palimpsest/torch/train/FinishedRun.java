package palimpsest.torch.train;

import static org.bytedeco.pytorch.global.torch.zeros;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;

/**
 * What the ledger of a run that has ended says of it, without its data and wherever it was made.
 *
 * @param folder of the run
 * @param lines of its ledger, the header first; at least that
 */
public record FinishedRun(Path folder, List<String> lines) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public FinishedRun {
    lines = List.copyOf(lines);
  }

  /**
   * Reads a run's ledger.
   *
   * @throws InvalidRequest if there is none
   * @throws CorruptArtifact if it was altered
   */
  public static FinishedRun of(Path folder) {
    Path file = folder.resolve("ledger.jsonl");
    try {
      List<String> lines = Files.exists(file) ? Ledger.read(file) : List.of();
      if (lines.isEmpty()) {
        throw new InvalidRequest(folder + " has no ledger: give the folder of a run");
      }
      return new FinishedRun(folder, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Hash of the ledger's last line. */
  public String head() {
    return Ledger.hashOf(lines.get(lines.size() - 1));
  }

  /** Places that stayed empty. */
  public NavigableSet<Integer> gone() {
    NavigableSet<Integer> gone = new TreeSet<>();
    header().path("gone").forEach(place -> gone.add(place.asInt()));
    return gone;
  }

  /**
   * Whether another run was to do the same, but for its first weights, the places that stayed
   * empty, the checkpoints taken and the machine.
   */
  public boolean isOf(FinishedRun other) {
    Map<String, String> what = new TreeMap<>(RunHeader.of(lines.get(0)).what());
    Map<String, String> others = new TreeMap<>(RunHeader.of(other.lines.get(0)).what());
    what.remove(RunHeader.START);
    others.remove(RunHeader.START);
    return !what.isEmpty() && what.equals(others);
  }

  /** The first step that met one of these places; one behind the last if none did. */
  public int firstMet(Set<Integer> places) {
    Course course = new RecordedCourse(lines, Integer.MAX_VALUE, Integer.MAX_VALUE);
    for (int step = 1; step <= course.steps(); step++) {
      if (Arrays.stream(course.at(step).examples()).anyMatch(places::contains)) {
        return step;
      }
    }
    return course.steps() + 1;
  }

  /** Steps of the run. */
  public int steps() {
    return lines.size() - 1;
  }

  /**
   * In which steps each place was met.
   *
   * @throws CorruptArtifact if a line names a place that is none
   */
  public Visits visits(int places) {
    return new Visits(
        new RecordedCourse(lines, places, Integer.MAX_VALUE), places); // companions are no matter
  }

  /** Steps of which there is a checkpoint. */
  public NavigableSet<Integer> checkpoints() {
    return new TreeSet<>(new Checkpoints(folder).steps());
  }

  /** How many checkpoints are to be kept, by the run and by what is done again of it. */
  public int kept() {
    return keptAfter(0);
  }

  /** How many of them are of later steps than one. */
  public int keptAfter(int step) {
    return RunFolder.Saving.of(lines.get(0)).kept().tailSet(step, false).size();
  }

  /**
   * Reads every checkpoint that is to be kept.
   *
   * @param trained weights of the names and shapes that the run trained; they stay as they are
   * @throws CorruptArtifact if one is not there, or is not what was saved
   */
  public void requireKept(Weights trained) {
    NavigableSet<Integer> kept = RunFolder.Saving.of(lines.get(0)).kept();
    if (kept.isEmpty()) {
      return;
    }
    try (Weights room = trained.copy();
        Optimiser optimiser = Stepping.PLAIN.optimiser().of(room, 0);
        Direction direction = Stepping.PLAIN.direction().of(room);
        Tensor companion = Scopes.keep(zeros(1))) {
      Map<String, Tensor> state =
          Loop.state(optimiser, TextSlope.state(direction, companion), room);
      kept.forEach(step -> requireKept(step, state));
    }
  }

  private void requireKept(int step, Map<String, Tensor> into) {
    try {
      if (step < 1 || step > steps()) {
        throw new CorruptArtifact("the run has " + steps() + " steps");
      }
      new Checkpoints(folder).read(step, into, Ledger.hashOf(lines.get(step)));
    } catch (CorruptArtifact e) {
      throw new CorruptArtifact(
          folder
              + " has not, or not whole, the checkpoint of step "
              + step
              + " that it says it keeps: restore it from a copy, or make the run again into another"
              + " folder, with checkpoints=0 if the training's own is damaged too",
          e);
    }
  }

  /** How the machine of its steps differed from that of others that it took over. */
  public List<String> elsewhere() {
    return RunHeader.of(lines.get(0)).elsewhere();
  }

  /**
   * How the machines of all its steps differ from this one; empty where it could have been done
   * here, bit for bit.
   */
  public List<String> notHere() {
    return RunHeader.here(Map.of()).after(RunHeader.of(lines.get(0))).elsewhere();
  }

  /** Removes the checkpoints that were only to go on from. */
  public void dropCheckpoints() {
    Checkpoints checkpoints = new Checkpoints(folder);
    NavigableSet<Integer> stay = RunFolder.Saving.of(lines.get(0)).kept();
    checkpoints.steps().stream().filter(s -> !stay.contains(s)).forEach(checkpoints::drop);
  }

  private JsonNode header() {
    try {
      return JSON.readTree(lines.get(0));
    } catch (JsonProcessingException e) {
      throw new CorruptArtifact(
          folder + ": the ledger's first line is not JSON: restore it from a copy", e);
    }
  }
}

package palimpsest.torch.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;

/**
 * A run done again without some of its examples, from the last checkpoint before it first met one
 * of them.
 *
 * <p>What comes of it equals, bit for bit, the run from the first step in which their places are
 * empty: up to that checkpoint the two met the same. See docs/exact.md.
 */
public final class Replay {
  private final Checkpoints checkpoints;
  private final List<String> lines;
  private final RunHeader header;
  private final boolean goesOn;
  private final RunFolder.Saving saving;
  private final RecordedCourse course;
  private final NavigableSet<Integer> gone;
  private final int firstTouch;
  private Optional<Schedule> schedule = Optional.empty(); // until it is held to one

  private Replay(
      Checkpoints checkpoints,
      List<String> lines,
      RunHeader recorded,
      RunHeader now,
      boolean fromCheckpoint,
      RecordedCourse course,
      NavigableSet<Integer> gone) {
    this.checkpoints = checkpoints;
    this.lines = lines;
    this.goesOn = fromCheckpoint && now.others(recorded).isEmpty();
    this.saving = RunFolder.Saving.of(lines.get(0));
    this.course = course;
    this.gone = new TreeSet<>(gone);
    this.firstTouch = firstTouch();
    this.header = kept() > 0 ? now.after(recorded) : now;
  }

  /**
   * Reads what a finished run left.
   *
   * @param run its folder
   * @param now the run as it would be made now; on another machine it is the same procedure, but
   *     not bit for bit, and with other first weights it is done again from the start
   * @param fromCheckpoint whether to go on from the last checkpoint before the first touch
   * @param examples that it had
   * @param gone indices of those that it is to do without, the ones that it did without included
   * @throws palimpsest.api.CorruptArtifact if its ledger was altered
   * @throws InvalidRequest if the run was to do something else
   */
  public static Replay of(
      Path run, RunHeader now, boolean fromCheckpoint, int examples, NavigableSet<Integer> gone) {
    try {
      List<String> lines = Ledger.read(run.resolve("ledger.jsonl"));
      if (lines.isEmpty()) {
        throw new InvalidRequest(run + " is of a run that never began: its ledger is empty");
      }
      RunHeader recorded = RunHeader.of(lines.get(0));
      List<String> others = now.others(recorded);
      if (!List.of(RunHeader.START).containsAll(others)) {
        throw new InvalidRequest(
            run + " is of another run: got other " + String.join(", ", others) + " than recorded");
      }
      RecordedCourse course = new RecordedCourse(lines, examples, 0);
      return new Replay(new Checkpoints(run), lines, recorded, now, fromCheckpoint, course, gone);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * How the machine differs from that of the steps which stay; empty where the result equals the
   * run from the start without the examples, bit for bit.
   */
  public List<String> elsewhere() {
    return header.elsewhere();
  }

  /** Hash of the last line of a run's ledger; empty where there is none. */
  public static String head(Path run) {
    try {
      List<String> lines = Ledger.read(run.resolve("ledger.jsonl"));
      return lines.isEmpty() ? "" : Ledger.hashOf(lines.get(lines.size() - 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int firstTouch() {
    for (int step = 1; step <= course.steps(); step++) {
      if (Arrays.stream(course.at(step).examples()).anyMatch(gone::contains)) {
        return step;
      }
    }
    return course.steps() + 1;
  }

  /** Steps of the run that stay as they were: up to the checkpoint from which it goes on. */
  public int kept() {
    return checkpoints.steps().stream()
        .filter(step -> goesOn && step < firstTouch)
        .findFirst()
        .orElse(0);
  }

  /** Steps that have to be done again. */
  public int again() {
    return course.steps() - kept();
  }

  /**
   * What is to be met, and when, at the learning rates that it was held to by {@link #by}.
   *
   * @throws IllegalStateException if it was held to none
   */
  public Course course() {
    return course.by(
        schedule.orElseThrow(() -> new IllegalStateException("held to no schedule yet")));
  }

  /**
   * Whether the run went the way that its recipe settles for its data: whoever wrote the ledger
   * chose nothing.
   */
  public boolean wentAs(Course settled) {
    if (settled.steps() != course.steps()) {
      return false;
    }
    for (int step = 1; step <= course.steps(); step++) {
      if (!course.at(step).isAlike(settled.at(step))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Holds the number of steps, and seed and learning rate of each, to those of the recipe that the
   * run is done again by: a ledger that says otherwise is not of this training.
   *
   * @param rates of all its steps, as recipe, slices and number of examples settle them
   * @throws palimpsest.api.CorruptArtifact naming the first step that has others
   */
  public Replay by(Recipe recipe, Schedule rates) {
    course.requireRates(recipe, rates);
    schedule = Optional.of(rates);
    return this;
  }

  public NavigableSet<Integer> gone() {
    return java.util.Collections.unmodifiableNavigableSet(gone);
  }

  /** A folder in which it goes on after the steps that stay, as one that was killed does. */
  public RunFolder into(Path folder) {
    new RunFolder(folder, header.json(), saving, gone).beginAs(checkpoints, lines, kept());
    return new RunFolder(folder, header.json(), saving, gone);
  }
}

package palimpsest.torch.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * What a run leaves on disk so that it can be killed at any moment and go on bit for bit, and be
 * done again later without some of its examples.
 *
 * <pre>
 * ledger.jsonl      header, then one line a step
 * step-*            {@link Checkpoints}: the newest two, and packed those that are to be kept
 * pace.json         {@link Pace}, of this machine; written with every checkpoint and at the end
 * </pre>
 */
public final class RunFolder implements AutoCloseable {
  /**
   * All that a run goes on from.
   *
   * @param tensors the weights and whatever is remembered between steps, by name
   * @param optimiser counts the steps that moved the weights
   */
  record State(Map<String, Tensor> tensors, Optimiser optimiser) {}

  /**
   * When checkpoints are taken.
   *
   * @param every steps between those from which a killed run goes on; 0 for none but when stopped
   * @param kept steps whose checkpoints stay, for replays
   */
  public record Saving(int every, NavigableSet<Integer> kept) {
    public Saving {
      kept = java.util.Collections.unmodifiableNavigableSet(new TreeSet<>(kept));
    }

    /** That of a run, from its ledger's first line. */
    static Saving of(String first) {
      try {
        JsonNode line = new ObjectMapper().readTree(first);
        NavigableSet<Integer> kept = new TreeSet<>();
        line.path("kept").forEach(step -> kept.add(step.asInt()));
        return new Saving(line.path("every").asInt(), kept);
      } catch (JsonProcessingException e) {
        throw new CorruptArtifact("the ledger's first line is not JSON: restore it from a copy", e);
      }
    }

    boolean isDue(int step) {
      return (every > 0 && step % every == 0) || kept.contains(step);
    }
  }

  private final Path folder;
  private final String header;
  private final Saving saving;
  private final NavigableSet<Integer> gone;
  private final Checkpoints checkpoints;
  private Optional<Ledger> ledger = Optional.empty();
  private Optional<FolderLock> lock = Optional.empty();
  private Optional<Pace.Watch> watch = Optional.empty();

  /**
   * A folder for one run that keeps no checkpoint beyond its end and meets all examples.
   *
   * @param folder made if absent; may hold an earlier part of the same run
   * @param header one line of JSON that says which run it is; another run's folder is refused
   * @param every steps between checkpoints; 0 for none but when stopped
   */
  public RunFolder(Path folder, String header, int every) {
    this(folder, header, new Saving(every, new TreeSet<>()), new TreeSet<>());
  }

  /**
   * A folder for one run.
   *
   * @param gone indices of the examples whose places stay empty
   */
  public RunFolder(Path folder, String header, Saving saving, NavigableSet<Integer> gone) {
    this.folder = folder;
    this.header = header;
    this.saving = saving;
    this.gone = new TreeSet<>(gone);
    this.checkpoints = new Checkpoints(folder);
  }

  /** Hash of the ledger's last line. */
  public String head() {
    return ledger().head();
  }

  /** Hash of the last line of a run that has ended, without beginning it again. */
  public String lastHead() {
    try (Ledger there = Ledger.open(file())) {
      requireSame(there);
      there.skipTo(there.size());
      return there.head();
    }
  }

  /**
   * Begins or goes on.
   *
   * @return steps that are done, whose state is now in {@code state}
   */
  int open(State state) {
    Ledger opened = open();
    opened.append(first());
    watch = Optional.of(new Pace.Watch(folder));
    for (int step : checkpoints.steps()) {
      if (step < opened.size()) {
        opened.skipTo(step + 1);
        checkpoints.read(step, state.tensors(), opened.head());
        state.optimiser().resumeAt(opened.updates(step));
        return step;
      }
    }
    return 0;
  }

  private Ledger open() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InvalidRequest("cannot make folder " + folder + ": " + e.getMessage(), e);
    }
    lock = Optional.of(FolderLock.take(folder));
    AtomicFile.removeTorn(folder);
    Ledger opened = Ledger.open(file());
    ledger = Optional.of(opened);
    requireSame(opened);
    return opened;
  }

  /**
   * Begins as another run did, whose first steps are this one's too: takes over their lines, hashed
   * anew behind this run's header, and the checkpoints on the way.
   *
   * @param lines of the other run, its header first
   * @param steps how many are taken over
   */
  void beginAs(Checkpoints other, List<String> lines, int steps) {
    try (Ledger opened = open()) {
      opened.append(first());
      List<Integer> there = other.steps();
      List<Integer> ours = checkpoints.steps();
      for (int step = 1; step <= steps; step++) {
        opened.append(Ledger.content(lines.get(step)));
        boolean wanted = step == steps || saving.kept().contains(step);
        if (wanted && there.contains(step) && !ours.contains(step)) {
          opened.sync();
          checkpoints.take(other, step, Ledger.hashOf(lines.get(step)), opened.head());
        }
      }
    } finally {
      close();
    }
  }

  private String first() {
    return "{\"run\":"
        + header
        + ",\"every\":"
        + saving.every()
        + ",\"kept\":"
        + saving.kept().toString().replace(" ", "")
        + ",\"gone\":"
        + gone.toString().replace(" ", "");
  }

  private void requireSame(Ledger opened) {
    if (opened.size() > 0 && !opened.line(0).startsWith(first() + ",")) {
      throw new InvalidRequest(
          folder
              + " holds another run (other data, recipe, start, checkpoints, machine or number of"
              + " threads): give another folder");
    }
  }

  /** Appends a step to the ledger; takes a checkpoint where one is due. */
  void record(LedgerStep step, State state) {
    long from = System.nanoTime();
    ledger().append(step.line());
    long took = System.nanoTime() - from;
    watch.ifPresent(w -> w.step(step.met().count(), took));
    if (saving.isDue(step.step())) {
      checkpoint(step.step(), state);
    }
  }

  /** Saves the state after a step. */
  void checkpoint(int step, State state) {
    if (step == 0 || checkpoints.steps().contains(step)) {
      return;
    }
    long from = System.nanoTime();
    ledger().sync();
    long took = System.nanoTime() - from;
    watch.ifPresent(w -> w.ledger(took));
    if (saving.kept().contains(step)) {
      long packing = System.nanoTime();
      checkpoints.pack(step, state.tensors(), ledger().head(), saving.kept());
      watch.ifPresent(w -> w.kept(System.nanoTime() - packing));
    } else {
      checkpoints.write(step, state.tensors(), ledger().head());
    }
    checkpoints.prune(saving.kept());
    watch.ifPresent(Pace.Watch::write);
  }

  /** Makes the ledger last, after the last step, and notes how long the steps took. */
  void end() {
    ledger().sync();
    watch.ifPresent(Pace.Watch::end);
  }

  /**
   * Notes, after the last step, how long all took of which the steps are a part.
   *
   * @param seconds since before the model was read
   */
  public void took(double seconds) {
    watch.ifPresent(w -> w.all(seconds));
  }

  /** Removes the checkpoints of a run that is done but those to be kept; the ledger stays. */
  public void dropCheckpoints() {
    for (int step : checkpoints.steps()) {
      if (!saving.kept().contains(step)) {
        checkpoints.drop(step);
      }
    }
  }

  private Path file() {
    return folder.resolve("ledger.jsonl");
  }

  private Ledger ledger() {
    return ledger.orElseThrow(() -> new IllegalStateException("the run has not begun"));
  }

  @Override
  public void close() {
    ledger.ifPresent(Ledger::close);
    lock.ifPresent(FolderLock::close);
  }
}

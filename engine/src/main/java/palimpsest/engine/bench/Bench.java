package palimpsest.engine.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PalimpsestException;
import palimpsest.engine.Console;
import palimpsest.engine.Fingerprints;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Outputs;
import palimpsest.engine.Training;

/**
 * A grid of methods, hyper-parameters and seeds on one data set.
 *
 * <p>First the model is trained, and without each forget set once more. Then the candidates of each
 * method are judged on the validation part of the first forget set, and one of them is taken by
 * {@link Selection}. That one runs with every seed and is judged on the reported part; the best
 * methods do so on the other forget sets too, with the same hyper-parameters.
 *
 * <p>Each task leaves its files whole or not at all, and is claimed by a lock: any number of
 * processes may work in one folder, be killed and be started again.
 *
 * <pre>
 * OUT/bench.json           which benchmark the folder belongs to
 * OUT/training/            the model, trained as {@link Training} does
 * OUT/retrain/SET/         the reference of a forget set, as applying exact.retrain leaves it
 * OUT/yardsticks/          what original and reference answered
 * OUT/cells/NAME/          see {@link Cells}
 * OUT/locks/, workers/     who works on what; what the processes of a pool said
 * OUT/table.md, table.csv, grid.json, trade-off.svg
 * </pre>
 */
public final class Bench {
  private static final long PAUSE_MILLIS = 500;
  private static final long TELL_NANOS = 60_000_000_000L;

  private final Benchmark benchmark;
  private final Subject subject;
  private final Settings settings;
  private final Path out;
  private final Console console;
  private final Yardsticks yardsticks;
  private final Models models;
  private final Cells cells;
  private final Decisions decisions;
  private final Work work;
  private long told = System.nanoTime();

  /** A grid in a folder. */
  public Bench(Benchmark benchmark, Subject subject, Settings settings, Path out, Console console) {
    this.benchmark = benchmark;
    this.subject = subject;
    this.settings = settings;
    this.out = out;
    this.console = console;
    benchmark.sets().forEach(Benchmark.ForgetSet::requireAsked);
    benchmark.sets().get(0).requireApart();
    this.models = new Models(benchmark, subject, out, console);
    this.yardsticks =
        new Yardsticks(
            out.resolve("yardsticks"), benchmark.measures(), models.hasReference(), this::asked);
    this.cells =
        new Cells(out.resolve("cells"), models.original(), benchmark, subject.template(), settings);
    this.decisions = new Decisions(benchmark, settings, cells, yardsticks);
    this.work = new Work(benchmark, subject, settings, models, cells, yardsticks, console);
  }

  /** What identifies a folder of results. */
  record Mark(String format, String benchmark, String fingerprint) {
    static final String FORMAT = "palimpsest-bench/1";
  }

  private record Task(String name, BooleanSupplier done, Runnable run) {
    boolean isOpen() {
      return !done.getAsBoolean();
    }
  }

  /**
   * Refuses a folder of other things; results that were put in their places count as ours.
   *
   * @throws InvalidRequest if the folder holds something and no part of a benchmark
   */
  public static void requireOurs(Path out) {
    boolean ours =
        Stream.of("bench.json", "training/model", "data")
            .anyMatch(p -> Files.exists(out.resolve(p)));
    if (!ours && !Outputs.isEmpty(out)) {
      throw new InvalidRequest(out + " is not empty and not of this benchmark: give another --out");
    }
  }

  /** Takes the folder, or goes on with it; refuses one of other results. */
  public void claim() {
    requireOurs(out);
    Mark ours = new Mark(Mark.FORMAT, benchmark.name(), fingerprint());
    Path file = out.resolve("bench.json");
    if (!Files.exists(file)) {
      Outputs.folder(out);
      JsonFiles.write(file, ours);
    } else if (!JsonFiles.read(file, Mark.class).equals(ours)) {
      throw new InvalidRequest(
          out
              + " holds another benchmark, or the same on other data, another model or other"
              + " lengths of answers: give another --out");
    }
  }

  /**
   * Works and reports; gives the file of the table.
   *
   * @param pool processes that do the work, if it is not done here
   * @throws Interrupted where something is left to do, after what there is has been reported
   */
  public Path run(Optional<Pool> pool) {
    claim();
    try {
      pool.ifPresentOrElse(p -> p.run(this::tell), this::work);
    } catch (Interrupted e) {
      if (Pool.isWorker() || !models.isTrained()) {
        throw e;
      }
      console.say(String.valueOf(report()));
      throw unfinished(e);
    } catch (PalimpsestException e) { // one process ended so: the others went on
      if (pool.isPresent() && models.isTrained()) {
        console.say(String.valueOf(report()));
      }
      throw e;
    }
    Path table = report();
    if (!isDone()) {
      throw unfinished(new Interrupted("a process ended early"));
    }
    return table;
  }

  /** Tells from time to time how far the others are. */
  private void tell() {
    if (System.nanoTime() - told > TELL_NANOS) {
      told = System.nanoTime();
      console.say(progress());
    }
  }

  private Interrupted unfinished(Interrupted e) {
    return new Interrupted(
        "stopped with " + progress() + "; run the same command again to go on", e);
  }

  private String asked(String set, Benchmark.Part part) {
    return Fingerprints.of(
        Cells.digest(benchmark.set(set).part(part)),
        String.valueOf(settings.tokens(part)),
        subject.template().name());
  }

  private String fingerprint() {
    List<String> parts = new ArrayList<>();
    parts.add(benchmark.corpus().digest());
    parts.add(subject.template().name());
    parts.add(settings.searchTokens() + " " + settings.maxNewTokens());
    parts.add(
        subject.model().map(Fingerprints::of).orElse(subject.shape() + " " + subject.recipe()));
    parts.add(subject.reference().map(Fingerprints::of).orElse(""));
    return Fingerprints.of(parts.toArray(String[]::new));
  }

  /**
   * Works on what nobody else works on until all is done.
   *
   * @throws Interrupted if the console says so, with everything saved
   */
  public void work() {
    requireSame();
    while (true) {
      List<Task> open = tasks().stream().filter(Task::isOpen).toList();
      if (open.isEmpty()) {
        return;
      }
      if (!takeOne(open)) {
        pause();
      }
    }
  }

  /** One process after the other: of a training that was put here the tokenizer is fitted anew. */
  private void requireSame() {
    Optional<Claim> claim = Claim.of(out.resolve("locks"), "training");
    while (claim.isEmpty() && models.isTrained()) {
      pause();
      claim = Claim.of(out.resolve("locks"), "training");
    }
    try {
      models.requireSame();
    } finally {
      claim.ifPresent(Claim::close);
    }
  }

  /** Whether there is nothing left to do. */
  public boolean isDone() {
    return tasks().stream().noneMatch(Task::isOpen);
  }

  private boolean takeOne(List<Task> open) {
    for (Task task : open) {
      requireGoingOn();
      Optional<Claim> claim = Claim.of(out.resolve("locks"), task.name());
      if (claim.isPresent()) {
        try (Claim held = claim.get()) {
          if (task.isOpen()) { // else somebody has done it since
            console.say(task.name() + ", " + progress());
            task.run().run();
          }
          return true;
        }
      }
    }
    return false;
  }

  private void requireGoingOn() {
    if (console.interrupted()) {
      throw new Interrupted("stopped between tasks; run the same command again to go on");
    }
  }

  /** All that is open others work on. */
  private void pause() {
    requireGoingOn();
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw new Interrupted("stopped while others work", e);
    }
  }

  /**
   * What can be done now, done or not, in the order in which it is begun: all of the first set
   * before any of another.
   */
  private List<Task> tasks() {
    if (!models.isTrained()) {
      return List.of(new Task("training", models::isTrained, models::train));
    }
    List<Task> all = new ArrayList<>();
    for (Benchmark.ForgetSet set : benchmark.sets()) {
      if (models.retrains()) {
        all.add(
            new Task(
                "retrain-" + set.name(),
                () -> models.isRetrained(set),
                () -> models.retrain(set, settings)));
      }
      asking(set, all);
      for (Cell cell : decisions.ready(set)) {
        all.add(
            new Task(cells.name(cell), () -> cells.result(cell).isPresent(), () -> work.run(cell)));
      }
    }
    return all;
  }

  /** The answers of original and reference. */
  private void asking(Benchmark.ForgetSet set, List<Task> all) {
    for (Benchmark.Part part : Benchmark.Part.values()) {
      if (part == Benchmark.Part.REPORTED || isFirst(set)) {
        ask(all, set, part, Yardsticks.Who.ORIGINAL, models.original());
        if (models.isReferenceThere(set)) {
          ask(all, set, part, Yardsticks.Who.REFERENCE, models.reference(set));
        }
      }
    }
  }

  private boolean isFirst(Benchmark.ForgetSet set) {
    return set.equals(benchmark.sets().get(0));
  }

  private void ask(
      List<Task> all,
      Benchmark.ForgetSet set,
      Benchmark.Part part,
      Yardsticks.Who who,
      Path weights) {
    Path file = yardsticks.file(set.name(), part, who);
    all.add(
        new Task(
            String.valueOf(file.getFileName()),
            () -> Files.exists(file),
            () -> work.ask(weights, set, part, file)));
  }

  private List<Cell> done() {
    return models.isTrained() ? decisions.done() : List.of();
  }

  /** How far the grid is, in words. */
  public String progress() {
    return isDone()
        ? "all " + done().size() + " cells done"
        : done().size() + " of at most " + decisions.planned() + " cells done";
  }

  /** Writes the tables and plots of what there is; gives the file of the table, if there is any. */
  public Path report() {
    done().forEach(this::tidy);
    return new Report(
            benchmark, settings, decisions, progress(), cells, yardsticks, models.retrains(), out)
        .write();
  }

  private void tidy(Cell cell) {
    Claim.of(out.resolve("locks"), cells.name(cell))
        .ifPresent(
            claim -> {
              try (Claim held = claim) {
                cells.tidy(cell);
              }
            });
  }
}

package palimpsest.engine.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Choice;
import palimpsest.engine.Console;
import palimpsest.engine.Fingerprints;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Manifest;
import palimpsest.engine.Outputs;
import palimpsest.engine.Training;
import palimpsest.methods.exact.Retrain;

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
  private final Cells cells;
  private Optional<Double> originalUtility = Optional.empty();
  private long told = System.nanoTime();

  /** A grid in a folder. */
  public Bench(Benchmark benchmark, Subject subject, Settings settings, Path out, Console console) {
    this.benchmark = benchmark;
    this.subject = subject;
    this.settings = settings;
    this.out = out;
    this.console = console;
    if (subject.reference().isPresent() && benchmark.sets().size() > 1) {
      throw new InvalidRequest("one reference is given for several forget sets: name one set");
    }
    benchmark.sets().forEach(Cells::requireAsked);
    Cells.requireApart(benchmark.sets().get(0));
    this.yardsticks =
        new Yardsticks(out.resolve("yardsticks"), benchmark.measures(), hasReference());
    this.cells =
        new Cells(out.resolve("cells"), model(), benchmark, subject, settings, yardsticks, console);
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
      if (Pool.isWorker() || !isTrained()) {
        throw e;
      }
      console.say(String.valueOf(report()));
      throw unfinished(e);
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

  private Training training() {
    return new Training(
        out.resolve("training"),
        subject.recipe(),
        subject.template(),
        subject.checkpointEvery(),
        console);
  }

  private Path model() {
    return subject.model().orElse(training().model());
  }

  private boolean isTrained() {
    return subject.model().isPresent() || Manifest.beside(training().model()).isPresent();
  }

  /** Given, or retrained where the model says how it was trained. */
  private boolean hasReference() {
    return subject.reference().isPresent()
        || subject.model().flatMap(Manifest::beside).isPresent()
        || subject.model().isEmpty();
  }

  private Path retrained(Benchmark.ForgetSet set) {
    return out.resolve("retrain").resolve(set.name());
  }

  private Path reference(Benchmark.ForgetSet set) {
    return subject.reference().orElse(retrained(set).resolve("model"));
  }

  /**
   * Works on what nobody else works on until all is done.
   *
   * @throws Interrupted if the console says so, with everything saved
   */
  public void work() {
    requireSameTrainings();
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

  /** Trainings that are there must be those that would be made here. */
  private void requireSameTrainings() {
    if (subject.model().isEmpty() && isTrained()) {
      train();
    }
    for (Benchmark.ForgetSet set : benchmark.sets()) {
      if (isTrained() && subject.reference().isEmpty() && isRetrained(set)) {
        requireSameReference(set);
      }
    }
  }

  private void train() {
    training().fromScratch(benchmark.corpus(), subject.shape());
  }

  private boolean isRetrained(Benchmark.ForgetSet set) {
    return Manifest.beside(reference(set)).isPresent();
  }

  private void retrain(Benchmark.ForgetSet set) {
    Retrain method = Retrain.defaults();
    cells.applying(new Choice(method, settings.base()), set).apply(method, retrained(set));
  }

  /** A reference that was made elsewhere must be the one that would be made here. */
  private void requireSameReference(Benchmark.ForgetSet set) {
    Manifest there = Manifest.beside(reference(set)).orElseThrow();
    Manifest original = Manifest.beside(model()).orElseThrow();
    Set<String> without = new HashSet<>(set.records());
    without.addAll(original.without());
    if (!without.equals(Set.copyOf(there.without()))
        || !there.recipe().equals(original.recipe())
        || !there.corpus().equals(original.corpus())
        || !there.start().equals(original.start())
        || there.template() != original.template()) {
      throw new InvalidRequest(
          reference(set)
              + " is not the model retrained without "
              + set.name()
              + ": it has another recipe, corpus or start, or other records left out; remove it");
    }
  }

  /**
   * What can be done now, done or not, in the order in which it is begun: all of the first set
   * before any of another.
   */
  private List<Task> tasks() {
    if (!isTrained()) {
      return List.of(new Task("training", this::isTrained, this::train));
    }
    List<Task> all = new ArrayList<>();
    for (Benchmark.ForgetSet set : benchmark.sets()) {
      if (subject.reference().isEmpty() && hasReference()) {
        all.add(new Task("retrain-" + set.name(), () -> isRetrained(set), () -> retrain(set)));
      }
      asking(set, all);
      for (Cell cell : ready(set)) {
        all.add(
            new Task(
                cells.name(cell), () -> cells.result(cell).isPresent(), () -> cells.run(cell)));
      }
    }
    return all;
  }

  /** The answers of original and reference. */
  private void asking(Benchmark.ForgetSet set, List<Task> all) {
    for (Benchmark.Part part : Benchmark.Part.values()) {
      if (part == Benchmark.Part.REPORTED || isFirst(set)) {
        ask(all, set, part, Yardsticks.Who.ORIGINAL, model());
        if (hasReference() && (subject.reference().isPresent() || isRetrained(set))) {
          ask(all, set, part, Yardsticks.Who.REFERENCE, reference(set));
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
            () -> cells.ask(weights, set, part, file)));
  }

  /** Cells whose yardsticks and decisions are there. */
  private List<Cell> ready(Benchmark.ForgetSet set) {
    boolean reportable = yardsticks.there(set.name(), Benchmark.Part.REPORTED);
    if (!isFirst(set)) {
      return reportable && isSearched() ? reported(set.name(), best()) : List.of();
    }
    List<Cell> all = new ArrayList<>();
    if (yardsticks.there(set.name(), Benchmark.Part.VALIDATION)) {
      all.addAll(search());
      if (reportable) {
        all.addAll(reported(set.name(), List.copyOf(chosen().values())));
      }
    }
    return all;
  }

  /** All that are ready and done. */
  private List<Cell> done() {
    return isTrained()
        ? benchmark.sets().stream()
            .flatMap(set -> ready(set).stream())
            .filter(c -> cells.result(c).isPresent())
            .toList()
        : List.of();
  }

  /** The cells that decide on hyper-parameters. */
  List<Cell> search() {
    String set = benchmark.sets().get(0).name();
    return settings.specs().stream()
        .map(spec -> new Cell(Cell.Phase.SEARCH, set, spec, Settings.SEARCH_SEED))
        .toList();
  }

  private boolean isSearched() {
    return yardsticks.there(benchmark.sets().get(0).name(), Benchmark.Part.VALIDATION)
        && search().stream().allMatch(c -> cells.result(c).isPresent());
  }

  /** Every method with its first seed before any with its second. */
  private List<Cell> reported(String set, List<Selection.Chosen> chosen) {
    List<Cell> all = new ArrayList<>();
    for (int seed = 1; seed <= settings.seeds(); seed++) {
      for (Selection.Chosen c : chosen) {
        if (seed == 1 || dependsOnSeed(set, c)) {
          all.add(new Cell(Cell.Phase.FINAL, set, c.candidate().spec(), seed));
        }
      }
    }
    return all;
  }

  /** Where no optimiser step is taken nothing is drawn: one seed says it all. */
  private boolean dependsOnSeed(String set, Selection.Chosen chosen) {
    return cells
        .result(new Cell(Cell.Phase.FINAL, set, chosen.candidate().spec(), 1))
        .filter(r -> r.failed().isPresent() || r.steps() > 0)
        .isPresent();
  }

  /** The cells of the reported part that there are so far, of one set, by label. */
  Map<String, List<Cell>> reportedCells(Benchmark.ForgetSet set) {
    List<Selection.Chosen> chosen =
        isFirst(set) ? List.copyOf(chosen().values()) : isSearched() ? best() : List.of();
    Map<String, List<Cell>> all = new LinkedHashMap<>();
    for (Selection.Chosen c : chosen) {
      all.put(
          c.candidate().label(),
          LongStream.rangeClosed(1, settings.seeds())
              .mapToObj(s -> new Cell(Cell.Phase.FINAL, set.name(), c.candidate().spec(), s))
              .toList());
    }
    return all;
  }

  private List<Selection.Chosen> best() {
    return Selection.best(List.copyOf(chosen().values()), settings.best());
  }

  /** Lowest utility accepted on the validation part. */
  double least() {
    if (originalUtility.isEmpty()) {
      String set = benchmark.sets().get(0).name();
      originalUtility =
          Optional.of(
              yardsticks
                  .of(set, Benchmark.Part.VALIDATION)
                  .original()
                  .getOrDefault(Values.UTILITY, 0.0));
    }
    return Selection.least(settings.floor(), originalUtility.orElse(0.0));
  }

  /** The candidates taken, of methods all of whose candidates are judged, by label. */
  Map<String, Selection.Chosen> chosen() {
    Map<String, Selection.Chosen> chosen = new LinkedHashMap<>();
    settings
        .candidates()
        .forEach(
            (label, specs) -> {
              List<Cell.Result> results =
                  search().stream()
                      .filter(c -> specs.contains(c.spec()))
                      .flatMap(c -> cells.result(c).stream())
                      .toList();
              List<Selection.Candidate> sound =
                  results.stream().filter(r -> r.failed().isEmpty()).map(Bench::candidate).toList();
              if (results.size() == specs.size() && !sound.isEmpty()) {
                chosen.put(label, Selection.choose(sound, least()));
              }
            });
    return chosen;
  }

  private static Selection.Candidate candidate(Cell.Result r) {
    return new Selection.Candidate(
        r.label(),
        r.cell().spec(),
        r.value(Values.UTILITY).orElse(0.0),
        r.value(Values.GAP).orElse(Double.MAX_VALUE));
  }

  /** How far the grid is, in words. */
  public String progress() {
    int planned =
        settings.specs().size()
            + settings.candidates().size() * settings.seeds()
            + Math.min(settings.best(), settings.candidates().size())
                * settings.seeds()
                * (benchmark.sets().size() - 1);
    return done().size() + " of at most " + planned + " cells done";
  }

  /** Writes the tables and plots of what there is; gives the file of the table, if there is any. */
  public Path report() {
    done().forEach(this::tidy);
    return new Report(benchmark, settings, this, cells, yardsticks, out).write();
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

package palimpsest.engine.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Diverged;
import palimpsest.api.Evidence;
import palimpsest.api.Example;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Metric;
import palimpsest.api.Split;
import palimpsest.api.UnsupportedModel;
import palimpsest.engine.Applying;
import palimpsest.engine.Choice;
import palimpsest.engine.Console;
import palimpsest.engine.Deployed;
import palimpsest.engine.Evaluating;
import palimpsest.engine.EvidenceFile;
import palimpsest.engine.Fingerprints;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Machine;
import palimpsest.engine.Manifest;
import palimpsest.engine.Outputs;
import palimpsest.engine.Suite;
import palimpsest.engine.Version;
import palimpsest.metrics.BuiltInMetrics;
import palimpsest.torch.Native;

/**
 * The cells of a grid on disk, each in a folder of its own.
 *
 * <pre>
 * NAME/work/            what applying the method left; goes once the cell is judged
 * NAME/evidence.json    what the model answered, if it is to be kept
 * NAME/scores.json      every metric, with the values per example
 * NAME/provenance.json  what it was made of and with
 * NAME/result.json      written last: the cell is done
 * </pre>
 */
final class Cells {
  private final Path folder;
  private final Path model;
  private final Benchmark benchmark;
  private final Subject subject;
  private final Settings settings;
  private final Yardsticks yardsticks;
  private final Console console;
  private final Map<Cell, Cell.Result> known = new HashMap<>();
  private final Map<String, String> digests = new HashMap<>();

  Cells(
      Path folder,
      Path model,
      Benchmark benchmark,
      Subject subject,
      Settings settings,
      Yardsticks yardsticks,
      Console console) {
    this.folder = folder;
    this.model = model;
    this.benchmark = benchmark;
    this.subject = subject;
    this.settings = settings;
    this.yardsticks = yardsticks;
    this.console = console;
  }

  /** Threads of the process that began a run, which only as many can go on with. */
  record Threads(int threads) {}

  String name(Cell cell) {
    return cell.name(fingerprint(cell));
  }

  Path folder(Cell cell) {
    return folder.resolve(name(cell));
  }

  /** What came of it, if it is done. */
  Optional<Cell.Result> result(Cell cell) {
    Cell.Result there = known.get(cell);
    Path file = folder(cell).resolve("result.json");
    if (there == null && Files.exists(file)) {
      there = JsonFiles.read(file, Cell.Result.class);
      if (!there.cell().equals(cell) || !there.fingerprint().equals(fingerprint(cell))) {
        throw new CorruptArtifact(file + " is of another cell: remove its folder");
      }
      requireSameMetrics(there);
      known.put(cell, there);
    }
    return Optional.ofNullable(there);
  }

  /** Numbers of two versions of a metric must not stand in one table. */
  private void requireSameMetrics(Cell.Result there) {
    Path file = folder(there.cell()).resolve("provenance.json");
    if (there.failed().isPresent()) {
      return; // nothing was judged
    }
    Map<String, Integer> versions = JsonFiles.read(file, Cell.Provenance.class).metrics();
    for (Metric metric : BuiltInMetrics.all()) {
      Integer then = versions.get(metric.id());
      if (then != null && then != metric.version() && there.values().containsKey(metric.id())) {
        throw new CorruptArtifact(
            String.format(
                Locale.ROOT,
                "%s has version %d of %s, which is now %d: remove its folder",
                file,
                then,
                metric.id(),
                metric.version()));
      }
    }
  }

  private String fingerprint(Cell cell) {
    Benchmark.ForgetSet set = benchmark.set(cell.set());
    return Fingerprints.of(
        Cell.Result.FORMAT,
        cell.phase().name(),
        cell.set(),
        cell.choice(settings.base()).toString(),
        String.valueOf(cell.seed()),
        digests.computeIfAbsent("model", k -> Fingerprints.of(model)),
        benchmark.corpus().digest(),
        digest(set.records()),
        suiteDigest(set, cell.phase().part()),
        String.valueOf(settings.tokens(cell.phase())),
        subject.template().name());
  }

  private static String digest(List<String> ids) {
    return Fingerprints.of(ids.toArray(String[]::new));
  }

  private String suiteDigest(Benchmark.ForgetSet set, Benchmark.Part part) {
    return digests.computeIfAbsent(set.name() + part, k -> digest(set.part(part)));
  }

  /** Of the questions and answers, wherever their files stand. */
  static String digest(Suite suite) {
    StringBuilder all = new StringBuilder();
    suite
        .splits()
        .forEach(
            (split, examples) -> {
              all.append(split).append('\n');
              examples.forEach(
                  e ->
                      all.append(
                          Fingerprints.of(
                              e.id(), e.prompt(), e.completion(), e.probe().toString())));
            });
    return Fingerprints.of(all.toString());
  }

  Applying applying(Choice choice, Benchmark.ForgetSet set) {
    return new Applying(
        model,
        benchmark.corpus(),
        set.decision(),
        choice.recipe(),
        choice.tuning(),
        subject.template(),
        subject.checkpointEvery(),
        console);
  }

  /** Applies and judges, from where it was stopped. */
  void run(Cell cell) {
    Choice choice = cell.choice(settings.base());
    Applying applying = applying(choice, benchmark.set(cell.set()));
    Path work = folder(cell).resolve("work");
    boolean resumed = begin(folder(cell), work);
    try {
      apply(cell, choice, applying, work)
          .ifPresent(applied -> judge(cell, choice, applying, applied, resumed));
    } catch (Diverged e) {
      fail(cell, choice, String.valueOf(e.getMessage()));
    }
    tidy(cell);
  }

  /**
   * Empty where the method fits neither data nor model, which is noted and must not end the grid.
   */
  private Optional<Applying.Applied> apply(Cell cell, Choice choice, Applying to, Path work) {
    Applying.Applied applied;
    try {
      applied = to.apply(choice.method(), work);
    } catch (InvalidRequest | UnsupportedModel e) {
      fail(cell, choice, "does not fit: " + e.getMessage());
      return Optional.empty();
    }
    if (console.interrupted()) {
      throw new Interrupted("stopped before judging " + name(cell));
    }
    return Optional.of(applied);
  }

  /** Makes the folder; a run that another number of threads began is begun anew. */
  private static boolean begin(Path folder, Path work) {
    Path file = Outputs.folder(folder).resolve("threads.json");
    Threads ours = new Threads(Native.threads());
    if (Files.exists(file) && !JsonFiles.read(file, Threads.class).equals(ours)) {
      Outputs.delete(work);
    }
    boolean resumed = Files.exists(work);
    JsonFiles.write(file, ours);
    return resumed;
  }

  /** Removes what a done cell needs no more. */
  void tidy(Cell cell) {
    if (!settings.keepModels()) {
      Outputs.delete(folder(cell).resolve("work"));
    }
  }

  private void judge(
      Cell cell, Choice choice, Applying applying, Applying.Applied applied, boolean resumed) {
    Benchmark.Part part = cell.phase().part();
    Benchmark.ForgetSet set = benchmark.set(cell.set());
    Yardsticks.Yardstick with = yardsticks.of(cell.set(), part);
    long from = System.nanoTime();
    console.say("Evaluating " + name(cell));
    Evidence evidence;
    try (Deployed deployed =
        Deployed.of(applying, choice.method(), folder(cell).resolve("work"), applied)) {
      evidence =
          Evaluating.evidence(deployed.model(), set.part(part), settings.tokens(cell.phase()));
    }
    Map<String, Values.Kept> kept =
        Values.kept(Evaluating.scores(evidence, with.reference(), Optional.of(with.evidence())));
    Map<String, Double> values = yardsticks.values(with, evidence, kept);
    double judging = (System.nanoTime() - from) / 1e9;
    if (settings.keepEvidence()) {
      EvidenceFile.write(folder(cell).resolve("evidence.json"), evidence);
    }
    JsonFiles.write(folder(cell).resolve("scores.json"), new Values.File(Values.File.FORMAT, kept));
    JsonFiles.write(
        folder(cell).resolve("provenance.json"),
        provenance(cell, choice, applied, with, resumed, judging));
    Map<String, List<String>> warnings = new TreeMap<>();
    kept.forEach((metric, k) -> warnings.put(metric, k.warnings()));
    warnings.values().removeIf(List::isEmpty);
    done(cell, choice, Optional.empty(), values, warnings, applied, judging);
  }

  private Cell.Provenance provenance(
      Cell cell,
      Choice choice,
      Applying.Applied applied,
      Yardsticks.Yardstick with,
      boolean resumed,
      double judging) {
    Benchmark.ForgetSet set = benchmark.set(cell.set());
    Map<String, Integer> metrics = new TreeMap<>();
    for (Metric metric : BuiltInMetrics.all()) {
      metrics.put(metric.id(), metric.version());
    }
    return new Cell.Provenance(
        Cell.Provenance.FORMAT,
        cell,
        fingerprint(cell),
        choice.method().id(),
        choice.method().guarantee().name(),
        choice.method().parameters(),
        choice.toString(),
        applied.before(),
        applied.after(),
        with.reference().map(Evidence::digest),
        benchmark.corpus().digest(),
        digest(set.records()),
        suiteDigest(set, cell.phase().part()),
        settings.tokens(cell.phase()),
        applied.ledger(),
        resumed,
        applied.seconds(),
        judging,
        Version.CURRENT,
        metrics,
        Machine.describe());
  }

  private void fail(Cell cell, Choice choice, String why) {
    console.say(name(cell) + " has no result: " + why);
    Outputs.folder(folder(cell));
    Applying.Applied none = new Applying.Applied(choice.method().id(), 0, 0, "", "", "", "");
    done(cell, choice, Optional.of(why), Map.of(), Map.of(), none, 0);
  }

  private void done(
      Cell cell,
      Choice choice,
      Optional<String> failed,
      Map<String, Double> values,
      Map<String, List<String>> warnings,
      Applying.Applied applied,
      double judging) {
    JsonFiles.write(
        folder(cell).resolve("result.json"),
        new Cell.Result(
            Cell.Result.FORMAT,
            cell,
            fingerprint(cell),
            choice.label(),
            failed,
            values,
            warnings,
            applied.steps(),
            applied.seconds(),
            judging));
  }

  /** Answers of the original or the reference, whose weights must be what its manifest says. */
  void ask(Path weights, Benchmark.ForgetSet set, Benchmark.Part part, Path to) {
    console.say("Evaluating " + weights + " on " + to.getFileName());
    try (palimpsest.torch.llm.TextModel text =
        palimpsest.torch.llm.TextModel.read(weights, subject.template())) {
      Manifest.beside(weights)
          .filter(m -> !m.weights().equals(text.digest()))
          .ifPresent(
              m -> {
                throw new CorruptArtifact(
                    weights + " does not hold the weights that its manifest speaks of: remove it");
              });
      int tokens =
          part == Benchmark.Part.VALIDATION ? settings.searchTokens() : settings.maxNewTokens();
      Outputs.folder(yardsticks.folder());
      EvidenceFile.write(to, Evaluating.evidence(text, set.part(part), tokens));
    }
  }

  /** Refuses, before anything is trained, questions that are not there. */
  static void requireAsked(Benchmark.ForgetSet set) {
    for (Benchmark.Part part : Benchmark.Part.values()) {
      for (Split split : List.of(Split.FORGET, Split.RETAIN)) {
        if (set.part(part).of(split).isEmpty()) {
          throw new InvalidRequest(
              set.name() + ": no question of " + split + " in the part " + part);
        }
      }
    }
  }

  /** Refuses to choose hyper-parameters on questions that are reported. */
  static void requireApart(Benchmark.ForgetSet set) {
    for (Split split : List.of(Split.FORGET, Split.RETAIN)) {
      Set<Example> validation = new HashSet<>(set.validation().of(split));
      if (set.reported().of(split).stream().anyMatch(validation::contains)) {
        throw new InvalidRequest(
            set.name() + " has no validation part of its own: name first the set that has one");
      }
    }
  }
}

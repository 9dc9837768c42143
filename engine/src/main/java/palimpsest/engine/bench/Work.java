package palimpsest.engine.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Diverged;
import palimpsest.api.Evidence;
import palimpsest.api.Interrupted;
import palimpsest.api.Metric;
import palimpsest.api.Unfit;
import palimpsest.engine.Applying;
import palimpsest.engine.Choice;
import palimpsest.engine.Console;
import palimpsest.engine.Deployed;
import palimpsest.engine.Evaluating;
import palimpsest.engine.EvidenceFile;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Machine;
import palimpsest.engine.Manifest;
import palimpsest.engine.Outputs;
import palimpsest.engine.Version;
import palimpsest.metrics.BuiltInMetrics;
import palimpsest.torch.Native;
import palimpsest.torch.llm.TextModel;

/** What is done to fill a cell: a method applied, and what comes of it asked and judged. */
record Work(
    Benchmark benchmark,
    Subject subject,
    Settings settings,
    Models models,
    Cells cells,
    Yardsticks yardsticks,
    Console console) {

  /** What began a run: only as many threads of the same build can go on with it. */
  record Begun(int threads, String build) {}

  /** Applies and judges, from where it was stopped. */
  void run(Cell cell) {
    Choice choice = cell.choice(settings.base());
    Applying applying = models.applying(choice, benchmark.set(cell.set()));
    Path work = cells.folder(cell).resolve("work");
    boolean resumed = begin(cells.folder(cell), work);
    try {
      apply(cell, choice, applying, work)
          .ifPresent(applied -> judge(cell, choice, applying, applied, resumed));
    } catch (Diverged e) {
      fail(cell, choice, String.valueOf(e.getMessage()));
    }
    cells.tidy(cell);
  }

  /**
   * Empty where the method does not fit the data or the model, which is noted and must not end the
   * grid; what else is wrong must: another start may do better.
   */
  private Optional<Applying.Applied> apply(Cell cell, Choice choice, Applying to, Path work) {
    Applying.Applied applied;
    try {
      applied = to.apply(choice.method(), work);
    } catch (Unfit e) {
      fail(cell, choice, "does not fit: " + e.getMessage());
      return Optional.empty();
    }
    if (console.interrupted()) {
      throw new Interrupted("stopped before judging " + cells.name(cell));
    }
    return Optional.of(applied);
  }

  /** Makes the folder; a run that another build or number of threads began is begun anew. */
  private static boolean begin(Path folder, Path work) {
    Path file = Outputs.folder(folder).resolve("begun.json");
    Begun ours = new Begun(Native.threads(), Version.BUILD);
    if (!Files.exists(file) || !JsonFiles.read(file, Begun.class).equals(ours)) {
      Outputs.delete(work);
    }
    boolean resumed = Files.exists(work);
    JsonFiles.write(file, ours);
    return resumed;
  }

  private void judge(
      Cell cell, Choice choice, Applying applying, Applying.Applied applied, boolean resumed) {
    Benchmark.Part part = cell.phase().part();
    Benchmark.ForgetSet set = benchmark.set(cell.set());
    Yardsticks.Yardstick with = yardsticks.of(cell.set(), part);
    long from = System.nanoTime();
    console.say("Evaluating " + cells.name(cell));
    Evidence evidence;
    try (Deployed deployed =
        Deployed.of(applying, choice.method(), cells.folder(cell).resolve("work"), applied)) {
      evidence =
          Evaluating.evidence(deployed.model(), set.part(part), settings.tokens(cell.phase()));
    }
    Map<String, Values.Kept> kept =
        Values.kept(Evaluating.scores(evidence, with.reference(), Optional.of(with.evidence())));
    Map<String, Double> values = yardsticks.values(with, evidence, kept);
    double judging = (System.nanoTime() - from) / 1e9;
    if (settings.keepEvidence()) {
      EvidenceFile.write(cells.folder(cell).resolve("evidence.json"), evidence);
    }
    JsonFiles.write(
        cells.folder(cell).resolve("scores.json"), new Values.File(Values.File.FORMAT, kept));
    JsonFiles.write(
        cells.folder(cell).resolve("provenance.json"),
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
        cells.fingerprint(cell),
        choice.method().id(),
        choice.method().guarantee().name(),
        choice.method().parameters(),
        choice.toString(),
        applied.before(),
        applied.after(),
        with.reference().map(Evidence::digest),
        benchmark.corpus().digest(),
        Cells.digest(set.records()),
        cells.suiteDigest(set, cell.phase().part()),
        settings.tokens(cell.phase()),
        applied.ledger(),
        resumed,
        applied.seconds(),
        judging,
        Version.BUILD,
        metrics,
        Machine.describe());
  }

  private void fail(Cell cell, Choice choice, String why) {
    console.say(cells.name(cell) + " has no result: " + why);
    Outputs.folder(cells.folder(cell));
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
        cells.folder(cell).resolve("result.json"),
        new Cell.Result(
            Cell.Result.FORMAT,
            cell,
            cells.fingerprint(cell),
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
    try (TextModel text = TextModel.read(weights, subject.template())) {
      Manifest.beside(weights)
          .filter(m -> !m.weights().equals(text.digest()))
          .ifPresent(
              m -> {
                throw new CorruptArtifact(
                    weights + " does not hold the weights that its manifest speaks of: remove it");
              });
      Outputs.folder(yardsticks.folder());
      EvidenceFile.write(to, Evaluating.evidence(text, set.part(part), settings.tokens(part)));
    }
  }
}

package palimpsest.engine.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Metric;
import palimpsest.engine.Fingerprints;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Outputs;
import palimpsest.engine.Suite;
import palimpsest.metrics.BuiltInMetrics;
import palimpsest.torch.text.PromptTemplate;

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
  private final PromptTemplate.Kind template;
  private final Settings settings;
  private final Map<Cell, Cell.Result> known = new HashMap<>();
  private final Map<String, String> digests = new HashMap<>();

  Cells(
      Path folder,
      Path model,
      Benchmark benchmark,
      PromptTemplate.Kind template,
      Settings settings) {
    this.folder = folder;
    this.model = model;
    this.benchmark = benchmark;
    this.template = template;
    this.settings = settings;
  }

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

  /** What a cell that is done was made of and with. */
  Optional<Cell.Provenance> provenance(Cell cell) {
    Path file = folder(cell).resolve("provenance.json");
    return Files.exists(file)
        ? Optional.of(JsonFiles.read(file, Cell.Provenance.class))
        : Optional.empty();
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

  String fingerprint(Cell cell) {
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
        template.name());
  }

  static String digest(List<String> ids) {
    return Fingerprints.of(ids.toArray(String[]::new));
  }

  String suiteDigest(Benchmark.ForgetSet set, Benchmark.Part part) {
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

  /** Removes what a done cell needs no more. */
  void tidy(Cell cell) {
    if (!settings.keepModels()) {
      Outputs.delete(folder(cell).resolve("work"));
    }
  }
}

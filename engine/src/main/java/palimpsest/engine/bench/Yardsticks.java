package palimpsest.engine.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import palimpsest.api.Diverged;
import palimpsest.api.Evidence;
import palimpsest.api.Score;
import palimpsest.engine.Evaluating;
import palimpsest.engine.EvidenceFile;

/**
 * What all models are compared with: the answers of the original and of the retrained reference.
 */
final class Yardsticks {
  private final Path folder;
  private final Benchmark.Measures measures;
  private final boolean hasReference;
  private final BiFunction<String, Benchmark.Part, String> asked;
  private final Map<String, String> digests = new HashMap<>();
  private final Map<String, Yardstick> read = new HashMap<>();

  /**
   * Those of a folder.
   *
   * @param asked digest of the questions of a part of a forget set and of how they are asked
   */
  Yardsticks(
      Path folder,
      Benchmark.Measures measures,
      boolean hasReference,
      BiFunction<String, Benchmark.Part, String> asked) {
    this.folder = folder;
    this.measures = measures;
    this.hasReference = hasReference;
    this.asked = asked;
  }

  Path folder() {
    return folder;
  }

  /** Whose answers. */
  enum Who {
    ORIGINAL,
    REFERENCE
  }

  /**
   * Both models on one part of a forget set.
   *
   * @param original values by metric and part
   * @param retrained the reference's, where there is one
   * @param kept the scores behind them, by whose they are
   */
  record Yardstick(
      Evidence evidence,
      Optional<Evidence> reference,
      Map<String, Double> original,
      Optional<Map<String, Double>> retrained,
      Map<Who, Map<String, Values.Kept>> kept) {

    /** What a reader of the scores must know, by metric id. */
    Map<String, List<String>> warnings(Who who) {
      Map<String, List<String>> warnings = new TreeMap<>();
      kept.getOrDefault(who, Map.of()).forEach((metric, k) -> warnings.put(metric, k.warnings()));
      warnings.values().removeIf(List::isEmpty);
      return warnings;
    }
  }

  Path file(String set, Benchmark.Part part, Who who) {
    String of = set + "-" + part;
    String digest = digests.computeIfAbsent(of, k -> asked.apply(set, part)).substring(0, 12);
    return folder.resolve((of + "-" + who + "-" + digest + ".json").toLowerCase(Locale.ROOT));
  }

  boolean there(String set, Benchmark.Part part) {
    return Files.exists(file(set, part, Who.ORIGINAL))
        && (!hasReference || Files.exists(file(set, part, Who.REFERENCE)));
  }

  /** Reads both, once for all cells in turn that need them. */
  Yardstick of(String set, Benchmark.Part part) {
    String key = set + " " + part;
    if (!read.containsKey(key)) {
      read.clear(); // answers are large
    }
    return read.computeIfAbsent(key, k -> read(set, part));
  }

  private Yardstick read(String set, Benchmark.Part part) {
    Evidence original = EvidenceFile.read(file(set, part, Who.ORIGINAL));
    Optional<Evidence> reference =
        hasReference
            ? Optional.of(EvidenceFile.read(file(set, part, Who.REFERENCE)))
            : Optional.empty();
    Map<Who, Map<String, Values.Kept>> kept = new LinkedHashMap<>();
    kept.put(Who.ORIGINAL, Values.kept(scores(original, reference, original)));
    reference.ifPresent(r -> kept.put(Who.REFERENCE, Values.kept(scores(r, reference, original))));
    Map<String, Double> values = values(original, original, kept.get(Who.ORIGINAL));
    Optional<Map<String, Double>> retrained =
        reference.map(r -> values(r, original, kept.get(Who.REFERENCE)));
    Map<String, Double> target = retrained.orElse(measures.targets());
    Gap.of(values, values, target, measures.forgetting()).ifPresent(g -> values.put(Values.GAP, g));
    retrained.ifPresent(
        r -> Gap.of(r, values, target, measures.forgetting()).ifPresent(g -> r.put(Values.GAP, g)));
    return new Yardstick(original, reference, values, retrained, kept);
  }

  private static Map<String, Score> scores(
      Evidence of, Optional<Evidence> reference, Evidence original) {
    return Evaluating.scores(of, reference, Optional.of(original));
  }

  private Map<String, Double> values(
      Evidence of,
      Evidence original,
      @org.jspecify.annotations.Nullable Map<String, Values.Kept> kept) {
    Map<String, Double> values = new TreeMap<>(Values.of(kept == null ? Map.of() : kept));
    Values.utility(of, original, measures.utility()).ifPresent(u -> values.put(Values.UTILITY, u));
    return values;
  }

  /** Scores of a model, and its values, gap and utility among them. */
  Map<String, Double> values(Yardstick with, Evidence model, Map<String, Values.Kept> kept) {
    Map<String, Double> values = values(model, with.evidence(), kept);
    if (!values.containsKey(Values.UTILITY)) {
      throw new Diverged(measures.utility() + " was not measured, which the floor is set for");
    }
    Gap.of(
            values,
            with.original(),
            with.retrained().orElse(measures.targets()),
            measures.forgetting())
        .ifPresent(g -> values.put(Values.GAP, g));
    return values;
  }
}

package palimpsest.engine.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.Diverged;
import palimpsest.api.Evidence;
import palimpsest.api.Explanation;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.BuiltInMetrics;

/** What is kept of scores: numbers, and those per example that statistics need. */
final class Values {
  static final String UTILITY = "grid.utility";
  static final String GAP = "grid.gap";

  private Values() {}

  /**
   * A score without its explanation's sentences.
   *
   * @param value absent where it was not measured
   * @param why it was not measured; absent where it was
   * @param parts other numbers of the explanation by the first words of their names
   * @param examples per-example values by what they are, in the order of the suite
   */
  record Kept(
      Optional<Double> value,
      Optional<String> why,
      Map<String, Double> parts,
      Map<String, List<Double>> examples,
      List<String> warnings) {
    static Kept of(Score score) {
      return score.fold(
          m -> {
            Map<String, Double> parts = new TreeMap<>();
            Map<String, List<Double>> examples = new TreeMap<>();
            sort(m.because(), parts, examples);
            return new Kept(
                Optional.of(m.value()), Optional.empty(), parts, examples, m.warnings());
          },
          n -> new Kept(Optional.empty(), Optional.of(n.reason()), Map.of(), Map.of(), List.of()));
    }
  }

  /** All scores of a model, as kept on disk. */
  record File(String format, Map<String, Kept> scores) {
    static final String FORMAT = "palimpsest-scores/1";
  }

  private static void sort(
      Explanation e, Map<String, Double> parts, Map<String, List<Double>> examples) {
    List<Double> leaves = new ArrayList<>();
    for (Explanation part : e.from()) {
      if (part.from().isEmpty() && part.what().contains("#")) {
        leaves.add(part.value());
      } else {
        parts.putIfAbsent(part.what(), part.value());
        sort(part, parts, examples);
      }
    }
    if (!leaves.isEmpty()) {
      examples.putIfAbsent(e.what(), leaves);
    }
  }

  static Map<String, Kept> kept(Map<String, Score> scores) {
    Map<String, Kept> kept = new TreeMap<>();
    scores.forEach((metric, score) -> kept.put(metric, Kept.of(score)));
    return kept;
  }

  /** Numbers by metric id, and by {@code id/name} those that the explanation names beside it. */
  static Map<String, Double> of(Map<String, Kept> scores) {
    Map<String, Double> values = new TreeMap<>();
    scores.forEach(
        (metric, kept) -> {
          kept.value().ifPresent(v -> values.put(metric, v));
          kept.parts().forEach((what, v) -> values.putIfAbsent(metric + "/" + name(what), v));
        });
    return values;
  }

  /** What stands before the first comma that is in no parentheses. */
  static String name(String what) {
    int depth = 0;
    for (int i = 0; i < what.length(); i++) {
      switch (what.charAt(i)) {
        case '(' -> depth++;
        case ')' -> depth--;
        case ',' -> {
          if (depth == 0) {
            return what.substring(0, i);
          }
        }
        default -> {}
      }
    }
    return what;
  }

  /** The utility that the floor is set for, on what is to be kept alone. */
  static Optional<Double> utility(Evidence subject, Evidence original, String metric) {
    Trial trial = new Trial(core(subject), Optional.empty(), Optional.of(core(original)));
    try {
      return BuiltInMetrics.byId(metric)
          .score(trial)
          .fold(m -> Optional.of(m.value()), n -> Optional.empty());
    } catch (Diverged e) {
      return Optional.empty();
    }
  }

  private static Evidence core(Evidence evidence) {
    Map<Split, List<Evidence.Item>> items = new TreeMap<>(evidence.items());
    items.keySet().retainAll(List.of(Split.FORGET, Split.RETAIN));
    return new Evidence(evidence.digest(), items);
  }
}

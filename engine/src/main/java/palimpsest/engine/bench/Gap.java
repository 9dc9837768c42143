package palimpsest.engine.bench;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How far a model is from having forgotten: 0 like the model retrained without the data, 1 like the
 * original.
 *
 * <pre>gap = mean over metrics m of |m(model) - m(target)| / |m(original) - m(target)|</pre>
 *
 * <p>Both sides of the target count: a model that answers worse than one that never saw the data
 * has not forgotten better. A metric on which original and target differ by less than {@link
 * #LEAST} says nothing and is left out.
 */
final class Gap {
  static final double LEAST = 0.01;

  private Gap() {}

  /**
   * The gap; empty where a metric that both others have was not measured, or none says anything.
   */
  static OptionalDouble of(
      Map<String, Double> model,
      Map<String, Double> original,
      Map<String, Double> target,
      List<String> metrics) {
    List<String> telling =
        metrics.stream()
            .filter(m -> original.containsKey(m) && target.containsKey(m))
            .filter(m -> Math.abs(value(original, m) - value(target, m)) >= LEAST)
            .toList();
    if (!model.keySet().containsAll(telling)) {
      return OptionalDouble.empty(); // a mean over fewer would be of something else
    }
    return telling.stream()
        .mapToDouble(
            m ->
                Math.abs(value(model, m) - value(target, m))
                    / Math.abs(value(original, m) - value(target, m)))
        .average();
  }

  private static double value(Map<String, Double> values, String metric) {
    return values.getOrDefault(metric, 0.0);
  }
}

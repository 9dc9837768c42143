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

  /** The gap, empty where no metric was measured of all three. */
  static OptionalDouble of(
      Map<String, Double> model,
      Map<String, Double> original,
      Map<String, Double> target,
      List<String> metrics) {
    return metrics.stream()
        .filter(m -> model.containsKey(m) && original.containsKey(m) && target.containsKey(m))
        .filter(m -> Math.abs(value(original, m) - value(target, m)) >= LEAST)
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

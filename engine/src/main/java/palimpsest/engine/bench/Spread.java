package palimpsest.engine.bench;

import java.util.List;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.metrics.statistics.Interval;

/**
 * A mean over seeds with its 95 % interval by Student's t: mean ± t(0.975, n - 1) · s / √n.
 *
 * @param half half the width of the interval; empty for a single value
 * @param n values
 */
record Spread(double mean, Optional<Double> half, int n) {
  private static final double LEVEL = 0.95;

  /** The spread of at least one value. */
  static Spread of(List<Double> values) {
    int n = values.size();
    Check.atLeast(n, 1, "values");
    double[] all = values.stream().mapToDouble(v -> v).toArray();
    if (n == 1) {
      return new Spread(all[0], Optional.empty(), 1);
    }
    Interval interval = Interval.ofMean(LEVEL, all);
    double mean = (interval.low() + interval.high()) / 2;
    return new Spread(mean, Optional.of((interval.high() - interval.low()) / 2), n);
  }
}

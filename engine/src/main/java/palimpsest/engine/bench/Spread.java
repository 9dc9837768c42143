package palimpsest.engine.bench;

import java.util.List;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * A mean over seeds with its 95 % interval by Student's t: mean ± t(0.975, n - 1) · s / √n.
 *
 * @param half half the width of the interval; empty for a single value
 * @param n values
 */
public record Spread(double mean, Optional<Double> half, int n) {
  /** Quantiles of 0.975 for 1 to 9 degrees of freedom. */
  private static final double[] T = {
    12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.30600, 2.26216
  };

  /** Most values: the table of quantiles ends there. */
  public static final int MOST = T.length + 1;

  /** The spread of 1 to {@link #MOST} values. */
  static Spread of(List<Double> values) {
    Check.atLeast(values.size(), 1, "values");
    int n = values.size();
    if (n > MOST) {
      throw new InvalidRequest("at most " + MOST + " seeds, got " + n);
    }
    double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
    if (n == 1) {
      return new Spread(mean, Optional.empty(), 1);
    }
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    double half = T[n - 2] * Math.sqrt(squares / (n - 1) / n);
    return new Spread(mean, Optional.of(half), n);
  }
}

package palimpsest.metrics.statistics;

/**
 * The standard normal distribution, by the series of its integral.
 *
 * <pre>P(|Z| ≤ z) = √(2/π) e^(-z²/2) (z + z³/3 + z⁵/(3·5) + z⁷/(3·5·7) + ...)</pre>
 *
 * @see <a href="https://personal.math.ubc.ca/~cbm/aands/page_932.htm">Abramowitz and Stegun 1964,
 *     26.2.11</a>
 */
final class Normal {
  private static final int HALVINGS = 100;
  private static final double FURTHEST = 8; // beyond it nothing is left in float64

  private Normal() {}

  /** The z for which |Z| is at most z with probability {@code level}. */
  static double quantile(double level) {
    double low = 0;
    double high = FURTHEST;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (within(middle) < level) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  /** Chance that |Z| is at most z. */
  private static double within(double z) {
    double term = z;
    double sum = 0;
    for (int odd = 3; term > sum * 0x1p-60; odd += 2) {
      sum += term;
      term *= z * z / odd;
    }
    return Math.sqrt(2 / Math.PI) * Math.exp(-z * z / 2) * sum;
  }
}

package palimpsest.metrics.statistics;

/**
 * Student's t distribution with a whole number of degrees of freedom, by its finite series in the
 * angle θ with tan θ = t/√ν.
 *
 * @see <a href="https://personal.math.ubc.ca/~cbm/aands/page_948.htm">Abramowitz and Stegun 1964,
 *     26.7.3 and 26.7.4</a>
 */
final class StudentT {
  private static final int HALVINGS = 200;

  private StudentT() {}

  /** The t for which |T| is at most t with probability {@code level}. */
  static double quantile(double level, int freedom) {
    double low = 0;
    double high = Math.PI / 2;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (within(middle, freedom) < level) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Math.sqrt(freedom) * Math.tan((low + high) / 2);
  }

  /** Chance that |T| is at most tan(angle) · √ν. */
  private static double within(double angle, int freedom) {
    double cos = Math.cos(angle);
    boolean odd = freedom % 2 == 1;
    double term = odd ? cos : 1;
    double sum = 0;
    for (int power = odd ? 1 : 0; power <= freedom - 2; power += 2) {
      sum += term;
      term *= cos * cos * (power + 1) / (power + 2);
    }
    return odd ? 2 / Math.PI * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  }
}

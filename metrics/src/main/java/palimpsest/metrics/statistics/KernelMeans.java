package palimpsest.metrics.statistics;

/**
 * Means of the cubic kernel {@code k(x, y) = (x · y / F + 1)³} over pairs of rows of F numbers.
 *
 * <p>Rows are sorted first, so that results are equal to the last bit whatever their order.
 */
public final class KernelMeans {
  private KernelMeans() {}

  /**
   * Mean over pairs of two different rows of one set.
   *
   * @param rows at least two
   */
  public static double within(double[][] rows) {
    double[][] x = Rows.sorted(rows);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += 2 * kernel(x[i], x[j]);
      }
    }
    return sum / ((double) x.length * (x.length - 1));
  }

  /** Mean over pairs of one row of each set. */
  public static double between(double[][] some, double[][] others) {
    double[][] x = Rows.sorted(some);
    double[][] y = Rows.sorted(others);
    double sum = 0;
    for (double[] row : x) {
      for (double[] other : y) {
        sum += kernel(row, other);
      }
    }
    return sum / ((double) x.length * y.length);
  }

  private static double kernel(double[] x, double[] y) {
    double dot = 0;
    for (int i = 0; i < x.length; i++) {
      dot += x[i] * y[i];
    }
    double base = dot / x.length + 1;
    return base * base * base;
  }
}

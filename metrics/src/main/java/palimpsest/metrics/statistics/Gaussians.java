package palimpsest.metrics.statistics;

/**
 * Distances of normal distributions that are fitted to rows of numbers.
 *
 * <p>Rows are sorted first, so that results are equal to the last bit whatever their order.
 */
public final class Gaussians {
  private Gaussians() {}

  /** {@code |μ₁ - μ₂|²}. */
  public static double means(double[][] some, double[][] others) {
    double[] first = mean(Rows.sorted(some));
    double[] second = mean(Rows.sorted(others));
    double sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += (first[i] - second[i]) * (first[i] - second[i]);
    }
    return sum;
  }

  /**
   * {@code tr(Σ₁ + Σ₂ - 2 (Σ₁ Σ₂)^½)} with unbiased covariances.
   *
   * <p>The trace of the root is that of {@code (Σ₁^½ Σ₂ Σ₁^½)^½}, whose matrix is symmetric, so
   * that singular covariances do as well, to some 7 digits: roots of rounded zeros remain.
   *
   * @param some at least two rows
   * @param others at least two rows of the same length
   */
  public static double covariances(double[][] some, double[][] others) {
    double[][] first = covariance(Rows.sorted(some));
    double[][] second = covariance(Rows.sorted(others));
    double[][] root = new SymmetricMatrix(first).root();
    double overlap = new SymmetricMatrix(SymmetricMatrix.between(root, second)).traceOfRoot();
    return trace(first) + trace(second) - 2 * overlap;
  }

  private static double trace(double[][] matrix) {
    double sum = 0;
    for (int i = 0; i < matrix.length; i++) {
      sum += matrix[i][i];
    }
    return sum;
  }

  private static double[] mean(double[][] rows) {
    double[] mean = new double[rows[0].length];
    for (double[] row : rows) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += row[i] / rows.length;
      }
    }
    return mean;
  }

  private static double[][] covariance(double[][] rows) {
    double[] mean = mean(rows);
    int n = mean.length;
    double[][] covariance = new double[n][n];
    double[] gap = new double[n];
    for (double[] row : rows) {
      for (int i = 0; i < n; i++) {
        gap[i] = row[i] - mean[i];
      }
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          covariance[i][j] += gap[i] * gap[j] / (rows.length - 1);
        }
      }
    }
    return covariance;
  }
}

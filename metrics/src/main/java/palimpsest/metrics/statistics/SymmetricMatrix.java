package palimpsest.metrics.statistics;

/**
 * Eigenvalues and functions of symmetric matrices, by cyclic Jacobi rotations in float64.
 *
 * @see <a href="https://doi.org/10.1137/1.9781421407944">Golub and Van Loan 2013, section 8.5</a>
 */
final class SymmetricMatrix {
  private static final int MOST_SWEEPS = 60;

  private final double[][] a;
  private final double[][] vectors;

  /** Diagonalises a copy; the lower triangle is taken to be the upper one. */
  SymmetricMatrix(double[][] matrix) {
    int n = matrix.length;
    a = new double[n][n];
    vectors = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i][j] = matrix[Math.min(i, j)][Math.max(i, j)];
      }
      vectors[i][i] = 1;
    }
    double enough = 1e-30 * norm(true);
    for (int sweep = 0; sweep < MOST_SWEEPS && norm(false) > enough; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          rotate(p, q);
        }
      }
    }
  }

  /** Sum of the squares of all elements, or of those off the diagonal. */
  private double norm(boolean whole) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        sum += whole || i != j ? a[i][j] * a[i][j] : 0;
      }
    }
    return sum;
  }

  /** Makes the element at (p, q) zero. */
  private void rotate(int p, int q) {
    if (a[p][q] == 0) {
      return;
    }
    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    double cos = 1 / Math.sqrt(t * t + 1);
    double sin = t * cos;
    for (int k = 0; k < a.length; k++) {
      double kp = a[k][p];
      double kq = a[k][q];
      a[k][p] = cos * kp - sin * kq;
      a[k][q] = sin * kp + cos * kq;
      double vp = vectors[k][p];
      double vq = vectors[k][q];
      vectors[k][p] = cos * vp - sin * vq;
      vectors[k][q] = sin * vp + cos * vq;
    }
    for (int k = 0; k < a.length; k++) {
      double pk = a[p][k];
      double qk = a[q][k];
      a[p][k] = cos * pk - sin * qk;
      a[q][k] = sin * pk + cos * qk;
    }
  }

  /** Sum of the square roots of the eigenvalues; those below 0, by rounding, count as 0. */
  double traceOfRoot() {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.sqrt(Math.max(0, a[i][i]));
    }
    return sum;
  }

  /** The matrix whose square this is; eigenvalues below 0, by rounding, count as 0. */
  double[][] root() {
    int n = a.length;
    double[][] root = new double[n][n];
    for (int k = 0; k < n; k++) {
      double value = Math.sqrt(Math.max(0, a[k][k]));
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          root[i][j] += value * vectors[i][k] * vectors[j][k];
        }
      }
    }
    return root;
  }

  /** {@code s m s} for symmetric s and m. */
  static double[][] between(double[][] s, double[][] m) {
    return product(product(s, m), s);
  }

  private static double[][] product(double[][] x, double[][] y) {
    int n = x.length;
    double[][] z = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        double value = x[i][k];
        for (int j = 0; j < n; j++) {
          z[i][j] += value * y[k][j];
        }
      }
    }
    return z;
  }
}

package palimpsest.methods.diffusion;

/** Gauss's elimination with partial pivoting, in a fixed order of summation. */
final class Lu {
  private final int size;
  private final double[][] a;
  private final double[][] x;

  private Lu(Matrix a, Matrix b) {
    size = a.rows();
    this.a = rows(a);
    x = rows(b);
  }

  /**
   * A⁻¹ B.
   *
   * @return infinities or NaN where A is singular
   */
  static Matrix solve(Matrix a, Matrix b) {
    Lu lu = new Lu(a, b);
    for (int k = 0; k < lu.size; k++) {
      lu.pivot(k);
      for (int i = k + 1; i < lu.size; i++) {
        double factor = lu.a[i][k] / lu.a[k][k];
        subtract(lu.a[i], factor, lu.a[k]);
        subtract(lu.x[i], factor, lu.x[k]);
      }
    }
    for (int k = lu.size - 1; k >= 0; k--) {
      for (int j = 0; j < lu.x[k].length; j++) {
        lu.x[k][j] /= lu.a[k][k];
      }
      for (int i = 0; i < k; i++) {
        subtract(lu.x[i], lu.a[i][k], lu.x[k]);
      }
    }
    return stacked(lu.x, b);
  }

  private void pivot(int k) {
    int largest = k;
    for (int i = k + 1; i < size; i++) {
      largest = Math.abs(a[i][k]) > Math.abs(a[largest][k]) ? i : largest;
    }
    swap(a, k, largest);
    swap(x, k, largest);
  }

  private static void swap(double[][] rows, int i, int k) {
    double[] row = rows[i];
    rows[i] = rows[k];
    rows[k] = row;
  }

  private static void subtract(double[] from, double factor, double[] row) {
    for (int j = 0; j < from.length; j++) {
      from[j] -= factor * row[j];
    }
  }

  private static double[][] rows(Matrix m) {
    double[][] rows = new double[m.rows()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = m.part(i, i + 1).values();
    }
    return rows;
  }

  private static Matrix stacked(double[][] rows, Matrix like) {
    double[] all = new double[like.rows() * like.columns()];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, all, i * like.columns(), like.columns());
    }
    return Matrix.of(like.rows(), like.columns(), all);
  }
}

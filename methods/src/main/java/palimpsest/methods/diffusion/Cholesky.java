package palimpsest.methods.diffusion;

import java.util.Arrays;
import java.util.stream.IntStream;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.diffusion.Product.Rows;

/**
 * A symmetric positive definite matrix as {@code A = L Lᵀ}, to solve with. Block by block and in a
 * fixed order of summation, so that the solution is the same on every machine.
 */
final class Cholesky {
  /** Beyond this a solution has fewer than four digits left. */
  private static final double WORST = 1e12;

  private static final int BLOCK = 64;
  private static final int PANEL = 64;

  private final int size;
  private final double[] lower; // row-major; above the diagonal what was there
  private final double[] upper; // its transpose
  private final double norm;
  private final String ridge;

  private Cholesky(Matrix a, String ridge) {
    size = a.rows();
    lower = a.values();
    upper = new double[lower.length];
    norm = a.oneNorm();
    this.ridge = ridge;
  }

  /**
   * Factors a matrix, of which the lower half is read.
   *
   * @param ridge the parameter to raise where the matrix is singular
   * @throws InvalidRequest if it is not positive definite to working precision
   */
  static Cholesky of(Matrix a, String ridge) {
    Cholesky c = new Cholesky(a, ridge);
    for (int from = 0; from < c.size; from += BLOCK) {
      int to = Math.min(c.size, from + BLOCK);
      c.factorDiagonal(from, to);
      c.factorBelow(from, to);
      c.updateRest(from, to);
    }
    for (int i = 0; i < c.size; i++) {
      for (int j = 0; j <= i; j++) {
        c.upper[j * c.size + i] = c.lower[i * c.size + j];
      }
    }
    return c;
  }

  private void factorDiagonal(int from, int to) {
    for (int i = from; i < to; i++) {
      eliminate(i, from, i);
      double pivot = lower[i * size + i];
      for (int k = from; k < i; k++) {
        pivot -= lower[i * size + k] * lower[i * size + k];
      }
      if (!(pivot > 0) || Double.isInfinite(pivot)) {
        throw new InvalidRequest(
            "matrix of the text states is singular: pivot "
                + i
                + " is "
                + pivot
                + ", wanted > 0; raise "
                + ridge);
      }
      lower[i * size + i] = Math.sqrt(pivot);
    }
  }

  private void factorBelow(int from, int to) {
    IntStream.range(to, size).parallel().forEach(i -> eliminate(i, from, to));
  }

  /** Row i of L in the columns from..to, where the rows of L above are known. */
  private void eliminate(int i, int from, int to) {
    for (int j = from; j < to; j++) {
      double sum = lower[i * size + j];
      for (int k = from; k < j; k++) {
        sum -= lower[i * size + k] * lower[j * size + k];
      }
      lower[i * size + j] = sum / lower[j * size + j];
    }
  }

  /** What is below and right of a block, less that block's part. */
  private void updateRest(int from, int to) {
    int rest = size - to;
    int width = to - from;
    double[] minus = new double[rest * width];
    double[] turned = new double[width * rest];
    for (int i = 0; i < rest; i++) {
      for (int k = 0; k < width; k++) {
        double value = lower[(to + i) * size + from + k];
        minus[i * width + k] = -value;
        turned[k * rest + i] = value;
      }
    }
    new Product(
            new Rows(minus, 0, width),
            new Rows(turned, 0, rest),
            new Rows(lower, to * size + to, size),
            width)
        .run(rest, rest);
  }

  /** A⁻¹ B. */
  Matrix solve(Matrix b) {
    double[] x = b.values();
    int columns = b.columns();
    IntStream.range(0, (columns + PANEL - 1) / PANEL)
        .parallel()
        .forEach(
            panel -> {
              int from = panel * PANEL;
              double[][] y = rows(x, from, Math.min(columns, from + PANEL), columns);
              for (int i = 0; i < size; i++) {
                substitute(lower, y, i, 0);
              }
              for (int i = size - 1; i >= 0; i--) {
                substitute(upper, y, i, i + 1);
              }
              for (int i = 0; i < size; i++) {
                System.arraycopy(y[i], 0, x, i * columns + from, y[i].length);
              }
            });
    return Matrix.of(size, columns, x);
  }

  private static double[][] rows(double[] x, int from, int to, int columns) {
    return IntStream.range(0, columns == 0 ? 0 : x.length / columns)
        .mapToObj(i -> Arrays.copyOfRange(x, i * columns + from, i * columns + to))
        .toArray(double[][]::new);
  }

  /** Row i, less what is known by now: the rows before it, or from {@code first} on those after. */
  private void substitute(double[] factor, double[][] y, int i, int first) {
    double[] row = y[i];
    int last = first == 0 ? i : size;
    for (int k = first; k < last; k++) {
      double f = factor[i * size + k];
      double[] known = y[k];
      for (int j = 0; j < row.length; j++) {
        row[j] -= f * known[j];
      }
    }
    double pivot = factor[i * size + i];
    for (int j = 0; j < row.length; j++) {
      row[j] /= pivot;
    }
  }

  /**
   * The condition number in the 1-norm, |A|₁ |A⁻¹|₁, the second factor by Hager's and Higham's
   * estimate, which is at most the true one and seldom below a third of it.
   *
   * @throws InvalidRequest if it is above 1e12
   */
  double condition() {
    double[] first = new double[size];
    Arrays.fill(first, 1.0 / size);
    double estimate = climb(first);
    double[] wave = new double[size];
    for (int i = 0; i < size; i++) {
      wave[i] = (i % 2 == 0 ? 1 : -1) * (1 + i / Math.max(1.0, size - 1));
    }
    estimate = Math.max(estimate, 2 * length(solve(wave)) / (3.0 * size));
    double condition = norm * estimate;
    if (!(condition <= WORST)) {
      throw new InvalidRequest(
          "matrix of the text states has condition number "
              + condition
              + ", wanted at most 1e12; raise "
              + ridge);
    }
    return condition;
  }

  private double climb(double[] start) {
    double[] x = start;
    double estimate = 0;
    for (int step = 0; step < 5; step++) {
      double[] y = solve(x);
      estimate = Math.max(estimate, length(y));
      double[] slope = solve(Arrays.stream(y).map(v -> v < 0 ? -1 : 1).toArray());
      int steepest = 0;
      double here = 0;
      for (int i = 0; i < size; i++) {
        steepest = Math.abs(slope[i]) > Math.abs(slope[steepest]) ? i : steepest;
        here += slope[i] * x[i];
      }
      if (Math.abs(slope[steepest]) <= here) {
        break;
      }
      x = new double[size];
      x[steepest] = 1;
    }
    return estimate;
  }

  private double[] solve(double[] column) {
    return solve(Matrix.of(size, 1, column)).values();
  }

  private static double length(double[] y) {
    double sum = 0;
    for (double v : y) {
      sum += Math.abs(v);
    }
    return sum;
  }
}

package palimpsest.methods.diffusion;

import java.util.stream.IntStream;

/**
 * A product of matrices added to a third, with every sum in one order.
 *
 * <pre>into[i][j] = (..((into[i][j] + a[i][0] b[0][j]) + a[i][1] b[1][j]) + ..)</pre>
 *
 * <p>Plain float64 operations in ascending order of the inner index, none fused: the result is the
 * same, bit for bit, on every machine and for any number of threads. Columns are taken in panels
 * that fit a cache, rows are shared out among threads. The loops run over short arrays from 0 on,
 * which the compiler turns into vector instructions; over slices of long ones it does not.
 *
 * @param a factors, a row for each row of {@code into}
 * @param b what they multiply, {@code terms} rows
 * @param into what is added to; apart from the others in memory
 * @param terms length of the sums
 */
record Product(Rows a, Rows b, Rows into, int terms) {
  private static final int PANEL = 128;
  private static final int BLOCK = 16;

  /** Rows of numbers that stand in one array. */
  static final class Rows {
    private final double[] values;
    private final int offset;
    private final int stride;

    /**
     * Rows of an array, which is not copied.
     *
     * @param offset where the first row begins
     * @param stride from one row's begin to the next one's
     */
    Rows(double[] values, int offset, int stride) {
      this.values = values;
      this.offset = offset;
      this.stride = stride;
    }

    /** The same rows from a column on. */
    Rows from(int column) {
      return new Rows(values, offset + column, stride);
    }

    private int at(int row, int column) {
      return offset + row * stride + column;
    }
  }

  /** Computes that many rows and columns. */
  void run(int rows, int columns) {
    for (int j = 0; j < columns; j += PANEL) {
      int column = j;
      double[][] panel = panel(j, Math.min(PANEL, columns - j));
      IntStream.range(0, (rows + BLOCK - 1) / BLOCK)
          .parallel()
          .forEach(block -> addBlock(block, rows, column, panel));
    }
  }

  private double[][] panel(int column, int width) {
    double[][] panel = new double[terms][width];
    for (int k = 0; k < terms; k++) {
      System.arraycopy(b.values, b.at(k, column), panel[k], 0, width);
    }
    return panel;
  }

  private void addBlock(int block, int rows, int column, double[][] panel) {
    int width = terms == 0 ? 0 : panel[0].length;
    double[] sums = new double[width];
    for (int i = block * BLOCK; i < Math.min(rows, (block + 1) * BLOCK); i++) {
      int at = into.at(i, column);
      System.arraycopy(into.values, at, sums, 0, width);
      add(sums, a.at(i, 0), panel);
      System.arraycopy(sums, 0, into.values, at, width);
    }
  }

  /** All terms of a row, four by four, which changes no order. */
  private void add(double[] sums, int from, double[][] panel) {
    double[] x = a.values;
    int k = 0;
    for (; k + 3 < terms; k += 4) {
      four(sums, from + k, k, panel);
    }
    for (; k < terms; k++) {
      double factor = x[from + k];
      double[] y = panel[k];
      for (int j = 0; j < sums.length; j++) {
        sums[j] += factor * y[j];
      }
    }
  }

  private void four(double[] sums, int from, int k, double[][] panel) {
    double[] x = a.values;
    double p = x[from];
    double q = x[from + 1];
    double r = x[from + 2];
    double s = x[from + 3];
    double[] first = panel[k];
    double[] second = panel[k + 1];
    double[] third = panel[k + 2];
    double[] fourth = panel[k + 3];
    for (int j = 0; j < sums.length; j++) {
      sums[j] = sums[j] + p * first[j] + q * second[j] + r * third[j] + s * fourth[j];
    }
  }
}

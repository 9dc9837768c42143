package palimpsest.metrics.statistics;

import java.util.Arrays;

/**
 * Exact two-sided two-sample Kolmogorov-Smirnov test.
 *
 * <p>Under the hypothesis that both samples come from one continuous distribution, every order of
 * the pooled sample is equally likely. Drawing it value by value is a walk on the lattice from (0,
 * 0) to (n, m); the p-value is the chance that the walk ever reaches a point (i, j) with {@code
 * |i/n - j/m| >= D}. That chance is computed backwards from the walk's end, only by adding and
 * multiplying positive numbers, so it keeps its relative accuracy however small it is. Tied values
 * enter D at their common value, as in SciPy's exact mode, whose p-value this equals. Time O(n·m),
 * memory O(m).
 *
 * @param distance D, the largest gap between the two empirical distribution functions
 * @param p chance of a gap at least this large; 0 where it is below the range of a double
 * @param log10P decimal logarithm of that chance, right even where {@code p} is 0
 * @param n size of the first sample
 * @param m size of the second sample
 * @see <a href="https://doi.org/10.1007/BF02589501">Hodges 1958, The significance probability of
 *     the Smirnov two-sample test</a>
 */
public record KolmogorovSmirnov(double distance, double p, double log10P, int n, int m) {
  /** A stored value v with scale s stands for v · 2^(-512 s). */
  private static final int STEP = 512;

  private static final double LOW = Math.scalb(1.0, -STEP / 2);
  private static final double HIGH = Math.scalb(1.0, STEP / 2);

  /**
   * Compares two samples.
   *
   * @throws IllegalArgumentException if one is empty or holds NaN
   */
  public static KolmogorovSmirnov of(double[] first, double[] second) {
    double[] a = sorted(first);
    double[] b = sorted(second);
    long gap = gap(a, b);
    double distance = gap / ((double) a.length * b.length);
    return gap == 0
        ? new KolmogorovSmirnov(0, 1, 0, a.length, b.length)
        : chance(distance, gap, a.length, b.length);
  }

  /** D alone, without the chance of it. */
  public static double distance(double[] first, double[] second) {
    return gap(sorted(first), sorted(second)) / ((double) first.length * second.length);
  }

  /** Whether the samples do not overlap at all, so that p can fall no further. */
  public boolean isSaturated() {
    return distance == 1;
  }

  /** log10 of the smallest p that samples of these sizes can give: 2/C(n+m, n). */
  public double log10Floor() {
    double log = Math.log10(2);
    for (int i = 1; i <= n; i++) {
      log += Math.log10(i) - Math.log10((double) m + i);
    }
    return Math.min(0, log);
  }

  private static double[] sorted(double[] sample) {
    double[] copy = sample.clone();
    Arrays.sort(copy);
    if (copy.length == 0 || Double.isNaN(copy[copy.length - 1])) {
      throw new IllegalArgumentException("sample is empty or holds NaN");
    }
    return copy;
  }

  /** n·m·D, a whole number. */
  private static long gap(double[] a, double[] b) {
    long largest = 0;
    int i = 0;
    int j = 0;
    while (i < a.length && j < b.length) {
      double value = Math.min(a[i], b[j]);
      while (i < a.length && a[i] == value) {
        i++;
      }
      while (j < b.length && b[j] == value) {
        j++;
      }
      largest = Math.max(largest, Math.abs((long) i * b.length - (long) j * a.length));
    }
    return largest;
  }

  /**
   * Chance of reaching the gap. Row i of the lattice holds, for every j inside the gap, the chance
   * of still reaching it from (i, j); outside it is 1, which is what unwritten cells hold.
   */
  private static KolmogorovSmirnov chance(double distance, long gap, int n, int m) {
    double[] value = new double[m + 2];
    int[] scale = new int[m + 2];
    Arrays.fill(value, 1);
    for (int i = n; i >= 0; i--) {
      long here = (long) i * m;
      int from = (int) Math.max(0, Math.floorDiv(here - gap, (long) n) + 1);
      int to = (int) Math.min(m, -Math.floorDiv(-here - gap, (long) n) - 1);
      value[to + 1] = 1;
      scale[to + 1] = 0;
      for (int j = to; j >= from; j--) {
        step(value, scale, j, n - i, m - j);
      }
    }
    double p = scale[0] > 2 ? 0 : Math.scalb(value[0], -STEP * scale[0]);
    double log10 = Math.log10(value[0]) - STEP * (double) scale[0] * Math.log10(2);
    return new KolmogorovSmirnov(distance, Math.min(1, p), Math.min(0, log10), n, m);
  }

  /** Cell j from the cell below (still in {@code value[j]}) and the cell to the right. */
  private static void step(double[] value, int[] scale, int j, int down, int right) {
    if (down + right == 0) {
      value[j] = 0;
      return;
    }
    double a = value[j] * down / (down + right);
    double b = value[j + 1] * right / (down + right);
    int s = a == 0 ? scale[j + 1] : b == 0 ? scale[j] : Math.min(scale[j], scale[j + 1]);
    double sum = scaled(a, scale[j] - s) + scaled(b, scale[j + 1] - s);
    if (sum < LOW && sum > 0) {
      sum = Math.scalb(sum, STEP);
      s++;
    } else if (sum > HIGH && s > 0) {
      sum = Math.scalb(sum, -STEP);
      s--;
    }
    value[j] = sum;
    scale[j] = sum == 0 ? 0 : s;
  }

  private static double scaled(double v, int steps) {
    return steps == 0 || v == 0 ? v : Math.scalb(v, -STEP * steps);
  }
}

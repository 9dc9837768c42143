package palimpsest.metrics.statistics;

import java.util.Arrays;

/** Summaries of a sample, equal to the last bit whatever the order of its values. */
public final class Means {
  private Means() {}

  /** Arithmetic mean of at least one value. */
  public static double mean(double... values) {
    double sum = 0;
    for (double value : sorted(values)) {
      sum += value;
    }
    return sum / values.length;
  }

  /** Harmonic mean of at least one value, all at least 0; 0 if one of them is 0. */
  public static double harmonic(double... values) {
    double[] ascending = sorted(values);
    if (ascending[0] < 0) {
      throw new IllegalArgumentException("harmonic mean of a negative value: " + ascending[0]);
    }
    double sum = 0;
    for (int i = ascending.length - 1; i >= 0; i--) {
      sum += 1 / ascending[i];
    }
    return values.length / sum;
  }

  /**
   * Quantile by linear interpolation between order statistics, the default of NumPy and R.
   *
   * @param q in [0, 1]
   */
  public static double quantile(double[] values, double q) {
    if (!(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException("q must be between 0 and 1, got " + q);
    }
    double[] ascending = sorted(values);
    double at = q * (ascending.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, ascending.length - 1);
    return ascending[below] + (at - below) * (ascending[above] - ascending[below]);
  }

  private static double[] sorted(double[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double[] copy = values.clone();
    Arrays.sort(copy);
    return copy;
  }
}

package palimpsest.metrics.statistics;

/**
 * A confidence interval.
 *
 * @param low lower end
 * @param high upper end, at least {@code low}
 * @param level coverage that it is made for, in (0, 1), such as .95
 */
public record Interval(double low, double high, double level) {
  public Interval {
    if (!(level > 0 && level < 1) || !(low <= high)) {
      throw new IllegalArgumentException(
          "no interval: " + low + " to " + high + " at level " + level);
    }
  }

  /** Whether a value lies in it, ends included. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }

  /**
   * Student's interval of a mean, for a quantity measured once per seed.
   *
   * <pre>mean ± t(n-1) · s/√n</pre>
   *
   * <p>Its ends may lie outside the quantity's range; over few seeds that is the honest width.
   *
   * @param values one per seed, at least two
   */
  public static Interval ofMean(double level, double... values) {
    int n = values.length;
    if (n < 2) {
      throw new IllegalArgumentException("an interval over seeds needs two of them, got " + n);
    }
    double mean = Means.mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double half = StudentT.quantile(level, n - 1) * Math.sqrt(squares / (n - 1) / n);
    return new Interval(mean - half, mean + half, level);
  }

  /**
   * The interval between the quantiles of a statistic's bootstrap distribution that leave out the
   * same share at either end.
   *
   * @see <a href="https://doi.org/10.1201/9780429246593">Efron and Tibshirani 1993, section
   *     13.3</a>
   */
  public static Interval ofPercentiles(double level, double[] resampled) {
    double outside = (1 - level) / 2;
    return new Interval(
        Means.quantile(resampled, outside), Means.quantile(resampled, 1 - outside), level);
  }
}

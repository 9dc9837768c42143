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
   * Wilson's score interval of a share: the shares that a test at this level would not reject.
   *
   * <pre>(k + z²/2 ± z √(k (n - k) / n + z²/4)) / (n + z²)</pre>
   *
   * <p>Within [0, 1], and of a width other than 0 where all of n are alike. The n are taken as
   * independent.
   *
   * @param level coverage
   * @param k how many of n, 0 to n
   * @param n at least 1
   * @see <a href="https://doi.org/10.1080/01621459.1927.10502953">Wilson 1927</a>
   */
  public static Interval ofShare(double level, long k, long n) {
    if (n < 1 || k < 0 || k > n) {
      throw new IllegalArgumentException(k + " of " + n + " is no share");
    }
    double z = Normal.quantile(level);
    double middle = k + z * z / 2;
    double half = z * Math.sqrt((double) k * (n - k) / n + z * z / 4);
    double low = k == 0 ? 0 : Math.max(0, (middle - half) / (n + z * z));
    double high = k == n ? 1 : Math.min(1, (middle + half) / (n + z * z));
    return new Interval(low, high, level);
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

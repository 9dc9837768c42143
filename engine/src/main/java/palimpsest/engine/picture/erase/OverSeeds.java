package palimpsest.engine.picture.erase;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;
import palimpsest.metrics.statistics.Interval;

/**
 * A number that was taken with several seeds.
 *
 * <pre>mean, and mean ± t(n-1) s/√n at 95 % by Student's t where at least two seeds differ</pre>
 *
 * @param mean over the seeds
 * @param interval none where it would say nothing
 * @param why there is none; empty where there is one
 */
record OverSeeds(double mean, Optional<Interval> interval, String why) {
  private static final double LEVEL = 0.95;

  /**
   * That of values.
   *
   * @param values one for each seed; none for nothing
   * @param models how many different models the seeds made
   */
  static Optional<OverSeeds> of(double[] values, long models) {
    if (values.length == 0) {
      return Optional.empty();
    }
    double mean = DoubleStream.of(values).average().orElseThrow();
    if (values.length == 1) {
      return Optional.of(new OverSeeds(mean, Optional.empty(), "one seed"));
    }
    return Optional.of(
        models < 2
            ? new OverSeeds(mean, Optional.empty(), values.length + " seeds, one model")
            : new OverSeeds(mean, Optional.of(Interval.ofMean(LEVEL, values)), ""));
  }

  /** {@code 0.800 ± 0.050}, or {@code 0.800 (one seed)}. */
  String words() {
    return number(mean)
        + interval.map(i -> " ± " + number(i.high() - mean)).orElseGet(() -> " (" + why + ")");
  }

  /** Three digits behind the point. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}

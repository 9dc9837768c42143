package palimpsest.metrics;

import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import palimpsest.api.Check;
import palimpsest.api.Explanation;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Score;
import palimpsest.metrics.statistics.Interval;

/**
 * The percentile bootstrap of a score over examples: each split's examples are drawn anew with
 * replacement, as many as there are, and the explanation is worked out again from them.
 *
 * <p>An example takes all its values along, wherever they stand: those of several quantities, and
 * those of the subject and of the reference, which answered the same examples. The interval tells
 * how the score would vary over examples like these. It says nothing of other seeds of training
 * (for them see {@link Interval#ofMean}), and is too narrow where examples depend on each other, as
 * TOFU's twenty questions of one author do. A Kolmogorov-Smirnov distance is biased upwards by
 * drawing, so that its interval leans to large distances.
 *
 * @param resamples B, how often examples are drawn
 * @param level coverage, such as .95
 * @param seed of the draws; the same seed gives the same interval, whatever the order of examples
 * @see <a href="https://doi.org/10.1201/9780429246593">Efron and Tibshirani 1993, section 13.3</a>
 */
public record Bootstrap(int resamples, double level, long seed) {
  public Bootstrap {
    Check.atLeast(resamples, 1, "resamples");
    Check.positive(level, "level");
    if (!(level < 1)) {
      throw new InvalidRequest("level must be below 1, got " + level);
    }
  }

  /** A thousand draws, 95 per cent. */
  public static Bootstrap defaults() {
    return new Bootstrap(1000, 0.95, 0);
  }

  /**
   * The interval of a score; empty where it was not measured, where a split has but one example,
   * where a part is an extreme or a p-value, and where a resample leaves the score undefined.
   */
  public Optional<Interval> interval(Score score) {
    return score.fold(m -> interval(m.because()), n -> Optional.empty());
  }

  /** The intervals of those scores that have one. */
  public Map<String, Interval> intervals(Map<String, Score> scores) {
    Map<String, Interval> intervals = new TreeMap<>();
    scores.forEach((id, score) -> interval(score).ifPresent(i -> intervals.put(id, i)));
    return intervals;
  }

  private Optional<Interval> interval(Explanation e) {
    Optional<Redrawn> redrawn = Redrawn.of(e);
    if (redrawn.isEmpty()) {
      return Optional.empty();
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[resamples];
    for (int b = 0; b < resamples; b++) {
      values[b] = redrawn.get().next(random);
      if (!Double.isFinite(values[b])) {
        return Optional.empty();
      }
    }
    return Optional.of(Interval.ofPercentiles(level, values));
  }
}

package palimpsest.metrics.statistics;

import java.util.Arrays;

/** Area under the ROC curve, as the Mann-Whitney statistic. */
public final class Auc {
  private Auc() {}

  /**
   * Chance that a member scores above a non-member, a tie counting half: in [0, 1], one half where
   * the scores tell nothing.
   *
   * @throws IllegalArgumentException if one side is empty or holds NaN
   */
  public static double of(double[] members, double[] others) {
    double[] high = sorted(members);
    double[] low = sorted(others);
    long halves = 0;
    int below = 0;
    int upTo = 0;
    for (double value : high) {
      while (below < low.length && low[below] < value) {
        below++;
      }
      while (upTo < low.length && low[upTo] <= value) {
        upTo++;
      }
      halves += below + upTo;
    }
    return halves / (2.0 * high.length * low.length);
  }

  /**
   * Standard error of an area.
   *
   * @see <a href="https://doi.org/10.1148/radiology.143.1.7063747">Hanley and McNeil 1982</a>
   */
  public static double standardError(double area, int members, int others) {
    double q1 = area / (2 - area);
    double q2 = 2 * area * area / (1 + area);
    double variance =
        area * (1 - area) + (members - 1) * (q1 - area * area) + (others - 1) * (q2 - area * area);
    return Math.sqrt(Math.max(0, variance) / ((double) members * others));
  }

  private static double[] sorted(double[] scores) {
    double[] copy = scores.clone();
    Arrays.sort(copy);
    if (copy.length == 0 || Double.isNaN(copy[copy.length - 1])) {
      throw new IllegalArgumentException("scores are empty or hold NaN");
    }
    return copy;
  }
}

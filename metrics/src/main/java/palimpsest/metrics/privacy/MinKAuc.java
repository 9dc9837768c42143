package palimpsest.metrics.privacy;

import java.util.Arrays;
import palimpsest.api.Check;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Trial;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.statistics.Means;

/**
 * Membership by the least likely tokens: the score is the mean log-probability of the share k of an
 * answer's tokens, at least one, that are least likely; the end token is not counted. Sign and
 * range as in {@link Membership}.
 *
 * @param k share of tokens, rounded down; .4 as in MUSE
 * @see <a href="https://arxiv.org/abs/2310.16789">Shi et al. 2024</a>
 */
public record MinKAuc(double k) implements Metric {
  public MinKAuc {
    Check.fraction(Check.positive(k, "k"), "k");
  }

  /** MUSE: k = .4 (Shi et al. 2024, arXiv 2407.06460). */
  public static MinKAuc defaults() {
    return new MinKAuc(0.4);
  }

  static PerExample perExample(double k) {
    return PerExample.beforeEnd(
        "mean log-probability of the least likely tokens",
        item -> lowest(Arrays.copyOf(item.answer().logProb(), item.answer().length() - 1), k));
  }

  /** Mean of the share k of lowest values, at least one of them. */
  static double lowest(double[] values, double k) {
    Arrays.sort(values);
    return Means.mean(Arrays.copyOf(values, Math.max(1, (int) (values.length * k))));
  }

  @Override
  public String id() {
    return "privacy.min-k-auc";
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public Better better() {
    return Better.NEARER_REFERENCE;
  }

  @Override
  public String meaning() {
    return Membership.meaning("has likelier unlikely tokens than");
  }

  @Override
  public Score score(Trial trial) {
    return new Membership(perExample(k)).score(trial);
  }
}

package palimpsest.metrics.privacy;

import palimpsest.api.Check;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Trace;
import palimpsest.api.Trial;
import palimpsest.metrics.PerExample;

/**
 * Membership by the least likely tokens, standardised: as {@link MinKAuc}, but each token counts as
 *
 * <pre>z = (log p - μ) / √max(σ², 1e-6)</pre>
 *
 * <p>with μ and σ² the mean and variance of log p under the model's own distribution there. Sign
 * and range as in {@link Membership}.
 *
 * @param k share of tokens, rounded down
 * @see <a href="https://arxiv.org/abs/2404.02936">Zhang et al. 2025</a>
 */
public record MinKPlusPlusAuc(double k) implements Metric {
  private static final double LEAST_VARIANCE = 1e-6;

  public MinKPlusPlusAuc {
    Check.fraction(Check.positive(k, "k"), "k");
  }

  /** The same k as {@link MinKAuc}, as open-unlearning has it. */
  public static MinKPlusPlusAuc defaults() {
    return new MinKPlusPlusAuc(0.4);
  }

  private PerExample perExample() {
    return PerExample.beforeEnd(
        "mean standardised log-probability of the least likely tokens",
        item -> MinKAuc.lowest(standardised(item.answer()), k));
  }

  private static double[] standardised(Trace answer) {
    double[] z = new double[answer.length() - 1];
    for (int i = 0; i < z.length; i++) {
      double deviation = Math.sqrt(Math.max(answer.variance()[i], LEAST_VARIANCE));
      z[i] = (answer.logProb()[i] - answer.mean()[i]) / deviation;
    }
    return z;
  }

  @Override
  public String id() {
    return "privacy.min-k-plus-plus-auc";
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
    return Membership.meaning("has likelier unlikely tokens, standardised, than");
  }

  @Override
  public Score score(Trial trial) {
    return new Membership(perExample()).score(trial);
  }
}

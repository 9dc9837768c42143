package palimpsest.metrics.privacy;

import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Trial;
import palimpsest.metrics.PerExample;

/**
 * Membership by loss: the score is the mean log-probability of an answer token, end token included.
 * Sign and range as in {@link Membership}.
 *
 * @see <a href="https://arxiv.org/abs/1709.01604">Yeom et al. 2018</a>
 */
public record LossAuc() implements Metric {
  private static final PerExample SCORE =
      PerExample.of("minus the loss", item -> item.answer().meanLogProb());

  public static LossAuc defaults() {
    return new LossAuc();
  }

  @Override
  public String id() {
    return "privacy.loss-auc";
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
    return Membership.meaning("has a smaller loss than");
  }

  @Override
  public Score score(Trial trial) {
    return new Membership(SCORE).score(trial);
  }
}

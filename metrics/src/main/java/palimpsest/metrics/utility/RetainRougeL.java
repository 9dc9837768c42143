package palimpsest.metrics.utility;

import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.forgetting.RougeLRecall;

/**
 * ROUGE-L recall of the greedy answers to what was to be kept: {@link RougeLRecall} on the retain
 * split.
 *
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.1</a>
 */
public record RetainRougeL() implements Metric {

  public static RetainRougeL defaults() {
    return new RetainRougeL();
  }

  @Override
  public String id() {
    return "utility.retain-rouge-l";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Better better() {
    return Better.HIGHER;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean ROUGE-L recall of the greedy answer to what was to be kept";
  }

  @Override
  public Score score(Trial trial) {
    return new RougeLRecall(Split.RETAIN).score(trial);
  }
}

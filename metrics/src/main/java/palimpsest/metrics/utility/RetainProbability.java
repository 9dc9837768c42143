package palimpsest.metrics.utility;

import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.forgetting.Probability;

/**
 * Length-normalised probability of the true answers to what was to be kept: {@link Probability} on
 * the retain split.
 *
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.1</a>
 */
public record RetainProbability() implements Metric {

  public static RetainProbability defaults() {
    return new RetainProbability();
  }

  @Override
  public String id() {
    return "utility.retain-probability";
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
    return "0 to 1: mean length-normalised probability of the true answer to what was to be kept";
  }

  @Override
  public Score score(Trial trial) {
    return new Probability(Split.RETAIN).score(trial);
  }
}

package palimpsest.metrics.forgetting;

import palimpsest.api.Evidence.Item;
import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;

/**
 * Length-normalised probability of the true answer, its end token included.
 *
 * <pre>mean_i exp( (1/n_i) · Σ_t log p(y_t | x, y_&lt;t) )</pre>
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.1</a>
 */
public record Probability(Split split) implements SplitMetric {

  public static final PerExample PER_EXAMPLE =
      PerExample.of("probability of the true answer", Probability::of);

  /** TOFU's choice: on the forget split. */
  public static Probability defaults() {
    return new Probability(Split.FORGET);
  }

  private static double of(Item item) {
    return Math.exp(item.answer().meanLogProb());
  }

  @Override
  public String name() {
    return "forgetting.probability";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean length-normalised probability of the true answer; 1 is known by heart";
  }

  @Override
  public PerExample quantity() {
    return PER_EXAMPLE;
  }
}

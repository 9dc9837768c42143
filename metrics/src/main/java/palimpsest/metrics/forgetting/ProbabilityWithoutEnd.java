package palimpsest.metrics.forgetting;

import palimpsest.api.Evidence.Item;
import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;

/**
 * Length-normalised probability of the true answer, its end token left out of sum and length: what
 * {@link Probability} would be if it counted tokens as the memorisation and Min-K% metrics do.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.1</a>
 */
public record ProbabilityWithoutEnd(Split split) implements SplitMetric {
  private static final PerExample PER_EXAMPLE =
      PerExample.beforeEnd(
          "probability of the true answer without its end token", ProbabilityWithoutEnd::of);

  /** On the forget split. */
  public static ProbabilityWithoutEnd defaults() {
    return new ProbabilityWithoutEnd(Split.FORGET);
  }

  private static double of(Item item) {
    return Math.exp(item.answer().sumLogProbWithoutEnd() / (item.answer().length() - 1));
  }

  @Override
  public String name() {
    return "forgetting.probability-without-end";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean length-normalised probability of the true answer before its end token";
  }

  @Override
  public PerExample quantity() {
    return PER_EXAMPLE;
  }
}

package palimpsest.metrics.forgetting;

import palimpsest.api.Evidence.Item;
import palimpsest.api.Split;
import palimpsest.api.Trace;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;

/**
 * Probability of the true answer among the given ones, each length-normalised:
 *
 * <pre>mean_i p_i / (p_i + Σ_j p(wrong_ij))</pre>
 *
 * <p>TOFU takes it on real authors and world facts, which are not trained on word for word. It is
 * computed from logarithms; public code adds 1e-10 to the denominator, which lets the value of a
 * collapsed model fall to 0.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.1</a>
 */
public record ProbabilityWithOptions(Split split) implements SplitMetric {
  public static final PerExample PER_EXAMPLE =
      new PerExample(
          "probability of the true answer among the given ones",
          "perturbed answers",
          item -> !item.perturbed().isEmpty(),
          ProbabilityWithOptions::of);

  /** On the real authors split. */
  public static ProbabilityWithOptions defaults() {
    return new ProbabilityWithOptions(Split.REAL_AUTHORS);
  }

  private static double of(Item item) {
    double right = item.answer().meanLogProb();
    double others = 0;
    for (Trace wrong : item.perturbed()) {
      others += Math.exp(wrong.meanLogProb() - right);
    }
    return 1 / (1 + others);
  }

  @Override
  public String name() {
    return "forgetting.probability-with-options";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean probability of the true answer among the given ones; 1/(options) tells nothing";
  }

  @Override
  public PerExample quantity() {
    return PER_EXAMPLE;
  }
}

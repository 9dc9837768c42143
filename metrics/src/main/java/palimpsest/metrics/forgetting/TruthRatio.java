package palimpsest.metrics.forgetting;

import java.util.List;
import palimpsest.api.Split;
import palimpsest.api.Trace;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;
import palimpsest.metrics.statistics.Means;

/**
 * How far the truth can be told from falsehood: TOFU's truth ratio R, brought to [0, 1] with 1
 * where both are equally likely.
 *
 * <pre>log R = mean_j (1/n_j) log p(wrong_j) - (1/n) log p(paraphrased right answer)
 * value = mean_i min(R_i, 1/R_i) = mean_i exp(-|log R_i|)</pre>
 *
 * <p>R is the geometric form, which the published TOFU figures use. It is computed from logarithms:
 * adding 1e-10 to a denominator, as public code does, lets a collapsed model whose probabilities
 * are all near 0 pass for one that knows the truth.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.1</a>
 */
public record TruthRatio(Split split) implements SplitMetric {
  private static final PerExample CLOSENESS =
      paraphrased("truth ratio, nearness to 1", log -> Math.exp(-Math.abs(log)));

  /** What becomes of log R. */
  @FunctionalInterface
  public interface Form {
    double of(double logRatio);
  }

  /** TOFU's choice: on the forget split. */
  public static TruthRatio defaults() {
    return new TruthRatio(Split.FORGET);
  }

  /** R against the paraphrased right answer: for data that was trained on word for word. */
  public static PerExample paraphrased(String what, Form form) {
    return new PerExample(
        what,
        "both a paraphrased answer and perturbed answers",
        item -> !item.paraphrased().isEmpty() && !item.perturbed().isEmpty(),
        item -> form.of(logProb(item.perturbed()) - logProb(item.paraphrased())));
  }

  /** R against the true answer itself: for data that was not trained on word for word. */
  public static PerExample verbatim(String what, Form form) {
    return new PerExample(
        what,
        "perturbed answers",
        item -> !item.perturbed().isEmpty(),
        item -> form.of(logProb(item.perturbed()) - item.answer().meanLogProb()));
  }

  private static double logProb(List<Trace> answers) {
    return Means.mean(answers.stream().mapToDouble(Trace::meanLogProb).toArray());
  }

  @Override
  public String name() {
    return "forgetting.truth-ratio";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Better better() {
    return switch (SplitMetric.super.better()) {
      case LOWER -> Better.HIGHER;
      case HIGHER -> Better.LOWER;
      case NEARER_REFERENCE -> Better.NEARER_REFERENCE;
    };
  }

  @Override
  public String meaning() {
    return "0 to 1: mean min(R, 1/R), R = p(wrong)/p(right); 1 where right and wrong are told apart"
        + " by nothing";
  }

  @Override
  public PerExample quantity() {
    return CLOSENESS;
  }
}

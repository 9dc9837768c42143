package palimpsest.metrics.forgetting;

import java.util.Arrays;
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
  /** How the wrong answers' length-normalised probabilities become one. */
  public enum Wrong {
    /** Their geometric mean, which the published TOFU figures use. */
    GEOMETRIC {
      @Override
      double logProb(List<Trace> answers) {
        return Means.mean(means(answers));
      }
    },
    /** Their arithmetic mean, as the paper's text and TOFU's older script have it. */
    ARITHMETIC {
      @Override
      double logProb(List<Trace> answers) {
        double[] logs = means(answers);
        double top = Arrays.stream(logs).max().orElseThrow();
        return top
            + Math.log(Means.mean(Arrays.stream(logs).map(l -> Math.exp(l - top)).toArray()));
      }
    };

    abstract double logProb(List<Trace> answers);

    private static double[] means(List<Trace> answers) {
      return answers.stream().mapToDouble(Trace::meanLogProb).toArray();
    }
  }

  /** What becomes of log R. */
  @FunctionalInterface
  public interface Form {
    double of(double logRatio);
  }

  /** TOFU's choice: on the forget split. */
  public static TruthRatio defaults() {
    return new TruthRatio(Split.FORGET);
  }

  /**
   * What becomes of log R, for the examples of a split: R is taken against the paraphrased right
   * answer where the data was trained on word for word, and against the true answer itself on real
   * authors and world facts, which were not.
   */
  public static PerExample of(Split split, Wrong wrong, String what, Form form) {
    return split == Split.REAL_AUTHORS || split == Split.WORLD_FACTS
        ? new PerExample(
            what,
            "perturbed answers",
            item -> !item.perturbed().isEmpty(),
            item -> form.of(wrong.logProb(item.perturbed()) - item.answer().meanLogProb()))
        : new PerExample(
            what,
            "both a paraphrased answer and perturbed answers",
            item -> !item.paraphrased().isEmpty() && !item.perturbed().isEmpty(),
            item ->
                form.of(
                    wrong.logProb(item.perturbed()) - Wrong.GEOMETRIC.logProb(item.paraphrased())));
  }

  /** min(R, 1/R). */
  static double nearnessToOne(double logRatio) {
    return Math.exp(-Math.abs(logRatio));
  }

  /** max(0, 1 - R): 1 where the wrong answers have no probability beside the right one. */
  public static double truer(double logRatio) {
    return Math.max(0, -Math.expm1(logRatio));
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
    return of(split, Wrong.GEOMETRIC, "truth ratio, nearness to 1", TruthRatio::nearnessToOne);
  }
}

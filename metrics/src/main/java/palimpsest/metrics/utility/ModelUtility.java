package palimpsest.metrics.utility;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Evidence;
import palimpsest.api.Explanation;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.Explain;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.forgetting.Probability;
import palimpsest.metrics.forgetting.ProbabilityWithOptions;
import palimpsest.metrics.forgetting.RougeLRecall;
import palimpsest.metrics.forgetting.TruthRatio;
import palimpsest.metrics.forgetting.TruthRatio.Wrong;

/**
 * TOFU's model utility: the harmonic mean of probability, ROUGE-L recall and truth ratio on the
 * retain, real authors and world facts splits; 0 if one of the nine is 0.
 *
 * <p>On real authors and world facts, which are not trained on word for word, probability is that
 * of the true answer among the given ones, p/(p + Σ wrong), and the truth ratio is taken against
 * the true answer; on retain against the paraphrased one. The truth ratio enters as mean max(0, 1 -
 * R) with the geometric R, which gives the published figures. All is computed from logarithms.
 *
 * @param partial whether missing values are left out, under another id and with a warning;
 *     otherwise one missing value of the nine means that there is no score
 * @param wrong how wrong answers' probabilities are averaged; the arithmetic mean, of TOFU's older
 *     script, has another id
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.1</a>
 */
public record ModelUtility(boolean partial, Wrong wrong) implements Metric {
  private static final List<Split> SPLITS =
      List.of(Split.RETAIN, Split.REAL_AUTHORS, Split.WORLD_FACTS);

  /** TOFU's: all nine values or none. */
  public static ModelUtility defaults() {
    return new ModelUtility(false, Wrong.GEOMETRIC);
  }

  /** Over the values that there are. */
  public static ModelUtility available() {
    return new ModelUtility(true, Wrong.GEOMETRIC);
  }

  /** TOFU's older script: all nine values, with the arithmetic truth ratio. */
  public static ModelUtility arithmetic() {
    return new ModelUtility(false, Wrong.ARITHMETIC);
  }

  private List<PerExample> quantities(Split split) {
    return List.of(
        split == Split.RETAIN ? Probability.PER_EXAMPLE : ProbabilityWithOptions.PER_EXAMPLE,
        RougeLRecall.PER_EXAMPLE,
        TruthRatio.of(split, wrong, "max(0, 1 - truth ratio)", TruthRatio::truer));
  }

  @Override
  public String id() {
    return "utility.model-utility"
        + (partial ? "-available" : "")
        + (wrong == Wrong.ARITHMETIC ? "-arithmetic" : "");
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
    return "0 to 1: harmonic mean of probability, ROUGE-L recall and truth ratio on "
        + (partial ? "those of retain, real authors and world facts that were evaluated" : "")
        + (partial ? "" : "retain, real authors and world facts")
        + (wrong == Wrong.ARITHMETIC
            ? ", wrong answers averaged arithmetically as in TOFU's older script"
            : "");
  }

  @Override
  public Score score(Trial trial) {
    List<Explanation> values = new ArrayList<>();
    List<String> lacks = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    for (Split split : SPLITS) {
      for (PerExample quantity : quantities(split)) {
        Evidence evidence = trial.subject();
        Optional<Explanation> mean = quantity.mean(evidence, split);
        mean.ifPresentOrElse(
            values::add, () -> lacks.add(quantity.what() + ": " + quantity.lack(evidence, split)));
        warnings.addAll(quantity.leftOut(evidence, split));
      }
    }
    if (values.isEmpty() || (!partial && !lacks.isEmpty())) {
      return new NotMeasured(values.size() + " of 9 values; " + String.join("; ", lacks));
    }
    return measured(values, lacks, warnings);
  }

  private static Score measured(
      List<Explanation> values, List<String> lacks, List<String> warnings) {
    if (!lacks.isEmpty()) {
      warnings.add(
          "over "
              + values.size()
              + " of 9 values, not comparable with model utility; "
              + String.join("; ", lacks));
    }
    Explanation utility = Explain.harmonicMean(values.size() + " values", values);
    if (utility.value() == 0) {
      warnings.add("one value is 0, which makes the whole 0 whatever the others are");
    }
    return new Measured(utility, warnings.stream().distinct().toList());
  }
}

package palimpsest.metrics.forgetting;

import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;
import palimpsest.metrics.forgetting.TruthRatio.Wrong;

/**
 * {@link TruthRatio} with the arithmetic mean of the wrong answers' probabilities, as TOFU's older
 * script computes it: mean min(R, 1/R). The published figures use the geometric mean.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.1</a>
 */
public record TruthRatioArithmetic(Split split) implements SplitMetric {

  /** On the forget split. */
  public static TruthRatioArithmetic defaults() {
    return new TruthRatioArithmetic(Split.FORGET);
  }

  @Override
  public String name() {
    return "forgetting.truth-ratio-arithmetic";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Better better() {
    return new TruthRatio(split).better();
  }

  @Override
  public String meaning() {
    return "0 to 1: mean min(R, 1/R), R the mean p(wrong)/p(right); 1 where nothing tells them apart";
  }

  @Override
  public PerExample quantity() {
    return TruthRatio.of(
        split,
        Wrong.ARITHMETIC,
        "arithmetic truth ratio, nearness to 1",
        TruthRatio::nearnessToOne);
  }
}

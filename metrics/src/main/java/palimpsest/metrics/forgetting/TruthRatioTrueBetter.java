package palimpsest.metrics.forgetting;

import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;
import palimpsest.metrics.forgetting.TruthRatio.Wrong;

/**
 * How much likelier the truth is than falsehood: mean max(0, 1 - R), R as in {@link TruthRatio}.
 * The form that enters {@code utility.model-utility}, on retain, real authors and world facts.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.1</a>
 */
public record TruthRatioTrueBetter(Split split) implements SplitMetric {

  /** On the forget split. */
  public static TruthRatioTrueBetter defaults() {
    return new TruthRatioTrueBetter(Split.FORGET);
  }

  @Override
  public String name() {
    return "forgetting.truth-ratio-true-better";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean max(0, 1 - R), R = p(wrong)/p(right); 0 where wrong is as likely as right";
  }

  @Override
  public PerExample quantity() {
    return TruthRatio.of(split, Wrong.GEOMETRIC, "max(0, 1 - truth ratio)", TruthRatio::truer);
  }
}

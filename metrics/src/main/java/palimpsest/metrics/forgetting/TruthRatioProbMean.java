package palimpsest.metrics.forgetting;

import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;
import palimpsest.metrics.forgetting.TruthRatio.Wrong;

/**
 * Share of the right answer in the probability of right and wrong ones, length-normalised, the
 * wrong ones by their geometric mean w:
 *
 * <pre>mean_i c/(c + w) = mean_i 1/(1 + R_i),  R as in {@link TruthRatio}</pre>
 *
 * <p>It grows with what is known, unlike min(R, 1/R), and is the form of the truth ratio that tells
 * models with knowledge from models without it best. Public code adds 1e-10 to the denominator.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2506.12618">Dorna et al. 2025, OpenUnlearning</a>
 */
public record TruthRatioProbMean(Split split) implements SplitMetric {

  /** On the forget split. */
  public static TruthRatioProbMean defaults() {
    return new TruthRatioProbMean(Split.FORGET);
  }

  @Override
  public String name() {
    return "forgetting.truth-ratio-prob-mean";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean p(right)/(p(right) + p(wrong)); 1/2 where nothing tells them apart";
  }

  @Override
  public PerExample quantity() {
    return TruthRatio.of(
        split,
        Wrong.GEOMETRIC,
        "share of the right answer in right and wrong",
        log -> 1 / (1 + Math.exp(log)));
  }
}

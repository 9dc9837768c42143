package palimpsest.metrics.forgetting;

import palimpsest.api.Evidence.Item;
import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;

/**
 * How short a beginning of the true answer suffices for the model to complete it: the mean of
 *
 * <pre>1 - k/L, k the smallest index from which on every token is the argmax</pre>
 *
 * <p>over L tokens, the end token not counted. Where the last token is no argmax, k = L and the
 * value is 0; public code stops one short and gives 1/L.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2012.07805">Carlini et al. 2021</a>
 */
public record ExtractionStrength(Split split) implements SplitMetric {
  private static final PerExample PER_EXAMPLE =
      PerExample.beforeEnd("extraction strength", ExtractionStrength::of);

  public static ExtractionStrength defaults() {
    return new ExtractionStrength(Split.FORGET);
  }

  private static double of(Item item) {
    int length = item.answer().length() - 1;
    int k = length;
    while (k > 0 && item.answer().hit()[k - 1]) {
      k--;
    }
    return 1 - (double) k / length;
  }

  @Override
  public String name() {
    return "forgetting.extraction-strength";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean share of the true answer that the model completes given its beginning";
  }

  @Override
  public PerExample quantity() {
    return PER_EXAMPLE;
  }
}

package palimpsest.metrics.forgetting;

import palimpsest.api.Evidence.Item;
import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;

/**
 * Share of the true answer's tokens, without the end token, that are the model's first choice given
 * the true tokens before them; the mean over the split.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2205.10770">Tirumala et al. 2022</a>
 */
public record ExactMemorisation(Split split) implements SplitMetric {
  private static final PerExample PER_EXAMPLE =
      PerExample.beforeEnd("share of answer tokens that are the argmax", ExactMemorisation::of);

  public static ExactMemorisation defaults() {
    return new ExactMemorisation(Split.FORGET);
  }

  private static double of(Item item) {
    int length = item.answer().length() - 1;
    int hits = 0;
    for (int i = 0; i < length; i++) {
      hits += item.answer().hit()[i] ? 1 : 0;
    }
    return (double) hits / length;
  }

  @Override
  public String name() {
    return "forgetting.exact-memorisation";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean share of the true answer's tokens that are the model's first choice";
  }

  @Override
  public PerExample quantity() {
    return PER_EXAMPLE;
  }
}

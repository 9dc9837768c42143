package palimpsest.metrics.forgetting;

import palimpsest.api.Evidence.Item;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitId;

/**
 * Share of the true answer's tokens, without the end token, that are the model's first choice given
 * the true tokens before them; the mean over the split.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2205.10770">Tirumala et al. 2022</a>
 */
public record ExactMemorisation(Split split) implements Metric {
  private static final PerExample PER_EXAMPLE =
      new PerExample(
          "share of answer tokens that are the argmax",
          "an answer token besides the end token",
          item -> item.answer().length() > 1,
          ExactMemorisation::of);

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
  public String id() {
    return SplitId.of("forgetting.exact-memorisation", split, Split.FORGET);
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Better better() {
    return SplitId.ofKnowledge(split);
  }

  @Override
  public String meaning() {
    return "0 to 1: mean share of the true answer's tokens that are the model's first choice";
  }

  @Override
  public Score score(Trial trial) {
    return PER_EXAMPLE.score(trial.subject(), split);
  }
}

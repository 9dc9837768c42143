package palimpsest.metrics.forgetting;

import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;
import palimpsest.metrics.text.Rouge;

/**
 * ROUGE-L F1 of the greedy answer, words stemmed as in {@link RougeLRecall}. Unlike recall it falls
 * with what is said besides.
 *
 * @param split where it is taken
 * @see <a href="https://aclanthology.org/W04-1013/">Lin 2004</a>
 */
public record RougeLF1(Split split) implements SplitMetric {
  private static final PerExample PER_EXAMPLE =
      RougeLRecall.ofWords(
          "ROUGE-L F1 of the greedy answer",
          item -> Rouge.longest(item.example().completion(), item.answered()).f());

  /** On the forget split. */
  public static RougeLF1 defaults() {
    return new RougeLF1(Split.FORGET);
  }

  @Override
  public String name() {
    return "forgetting.rouge-l-f1";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean harmonic mean of recall and precision of the greedy answer's words, in order";
  }

  @Override
  public PerExample quantity() {
    return PER_EXAMPLE;
  }
}

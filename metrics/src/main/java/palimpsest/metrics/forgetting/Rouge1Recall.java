package palimpsest.metrics.forgetting;

import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;
import palimpsest.metrics.text.Rouge;

/**
 * ROUGE-1 recall of the greedy answer, words stemmed as in {@link RougeLRecall}.
 *
 * @param split where it is taken
 * @see <a href="https://aclanthology.org/W04-1013/">Lin 2004</a>
 */
public record Rouge1Recall(Split split) implements SplitMetric {
  private static final PerExample PER_EXAMPLE =
      RougeLRecall.ofWords(
          "ROUGE-1 recall of the greedy answer",
          item -> Rouge.unigram(item.example().completion(), item.answered()).recall());

  /** On the forget split. */
  public static Rouge1Recall defaults() {
    return new Rouge1Recall(Split.FORGET);
  }

  @Override
  public String name() {
    return "forgetting.rouge-1-recall";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean share of the true answer's words in the greedy answer, in any order";
  }

  @Override
  public PerExample quantity() {
    return PER_EXAMPLE;
  }
}

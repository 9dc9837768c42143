package palimpsest.metrics.forgetting;

import java.util.function.ToDoubleFunction;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;
import palimpsest.metrics.text.Rouge;

/**
 * ROUGE-L recall of the greedy answer: the share of the true answer's words that it gives in order.
 *
 * <p>Not for scripts other than Latin, whose words ROUGE does not see. A model that never saw the
 * answer scores above 0 through words of the question: compare with the reference.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.1</a>
 */
public record RougeLRecall(Split split) implements SplitMetric {

  public static final PerExample PER_EXAMPLE =
      ofWords("ROUGE-L recall of the greedy answer", RougeLRecall::of);

  /** TOFU's choice: on the forget split. */
  public static RougeLRecall defaults() {
    return new RougeLRecall(Split.FORGET);
  }

  /** A quantity of true answers whose words ROUGE sees. */
  static PerExample ofWords(String what, ToDoubleFunction<Item> value) {
    return new PerExample(
        what,
        "a true answer with words in Latin letters or digits",
        item -> !Rouge.words(item.example().completion()).isEmpty(),
        value);
  }

  private static double of(Item item) {
    return Rouge.longest(item.example().completion(), item.answered()).recall();
  }

  @Override
  public String name() {
    return "forgetting.rouge-l-recall";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean share of the true answer's words in the greedy answer, in order";
  }

  @Override
  public PerExample quantity() {
    return PER_EXAMPLE;
  }
}

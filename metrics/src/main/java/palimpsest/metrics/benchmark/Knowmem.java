package palimpsest.metrics.benchmark;

import java.util.List;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;
import palimpsest.metrics.text.Rouge;

/**
 * MUSE's knowledge memorisation: ROUGE-L F1 of the greedy answer to a question about a passage
 * against the true answer, words not stemmed. MUSE prints it times 100.
 *
 * <p>An example has the task {@code knowmem}; its prompt is MUSE's examples in context and the
 * question. As in MUSE, the answer ends before an empty line or another question; it is 32 tokens
 * long at most, of which {@link AnswerLength} takes care.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2407.06460">Shi et al. 2024, MUSE, section 3</a>
 */
public record Knowmem(Split split) implements SplitMetric {
  static final String TASK = "knowmem";
  static final int TOKENS = 32;

  private static final List<String> STOPS = List.of("\n\n", "\nQuestion", "Question:");

  private static final PerExample PER_EXAMPLE =
      PerExample.ofTask(TASK, "ROUGE-L F1 of the greedy answer", Knowmem::of);

  /** On the forget split; MUSE has it on retain as well. */
  public static Knowmem defaults() {
    return new Knowmem(Split.FORGET);
  }

  private static double of(Item item) {
    String answer = item.answered();
    for (String stop : STOPS) {
      int at = answer.indexOf(stop);
      answer = at < 0 ? answer : answer.substring(0, at);
    }
    return Rouge.longestUnstemmed(item.example().completion(), answer).f();
  }

  @Override
  public String name() {
    return "muse.knowmem";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean ROUGE-L F1, unstemmed, of the answer to a question about a passage";
  }

  @Override
  public PerExample quantity() {
    return PER_EXAMPLE;
  }
}

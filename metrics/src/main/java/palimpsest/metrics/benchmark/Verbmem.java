package palimpsest.metrics.benchmark;

import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;
import palimpsest.metrics.text.Rouge;

/**
 * MUSE's verbatim memorisation: ROUGE-L F1 of the greedy continuation of a passage against its true
 * continuation, words not stemmed. MUSE prints it times 100.
 *
 * <p>An example has the task {@code verbmem}, the passage's beginning as its prompt and the true
 * continuation as its completion; MUSE lets the model continue by 128 tokens, as {@link
 * AnswerLength} does.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2407.06460">Shi et al. 2024, MUSE, section 3</a>
 */
public record Verbmem(Split split) implements SplitMetric {
  static final String TASK = "verbmem";
  static final int TOKENS = 128;

  private static final PerExample PER_EXAMPLE =
      PerExample.ofTask(
          TASK,
          "ROUGE-L F1 of the greedy continuation",
          item -> Rouge.longestUnstemmed(item.example().completion(), item.answered()).f());

  /** MUSE's choice: on the forget split. */
  public static Verbmem defaults() {
    return new Verbmem(Split.FORGET);
  }

  @Override
  public String name() {
    return "muse.verbmem";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean ROUGE-L F1, unstemmed, of the continuation of a passage; 1 is verbatim";
  }

  @Override
  public PerExample quantity() {
    return PER_EXAMPLE;
  }
}

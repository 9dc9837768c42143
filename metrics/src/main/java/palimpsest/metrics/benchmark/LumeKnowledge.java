package palimpsest.metrics.benchmark;

import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;

/**
 * LUME's knowledge accuracy: the share of its questions whose greedy answer is the true one, but
 * for case and blanks at its ends. An example's task is LUME's and the kind of its id, such as
 * {@code Task2.qa}.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2502.15097">Ramakrishna et al. 2025, LUME</a>
 */
public record LumeKnowledge(Split split) implements SplitMetric {

  /** On the forget split; LUME has it on retain as well. */
  public static LumeKnowledge defaults() {
    return new LumeKnowledge(Split.FORGET);
  }

  @Override
  public String name() {
    return "lume.knowledge";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: share of questions whose greedy answer is exactly the true one";
  }

  @Override
  public PerExample quantity() {
    return LumeTask.knowledge("");
  }
}

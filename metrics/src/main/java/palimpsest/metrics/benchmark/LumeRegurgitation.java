package palimpsest.metrics.benchmark;

import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.SplitMetric;

/**
 * LUME's regurgitation rate: ROUGE-L recall of the greedy completion of a text, words stemmed, over
 * its sentence completions. An example's task is LUME's and the kind of its id, such as {@code
 * Task2.sc}.
 *
 * @param split where it is taken
 * @see <a href="https://arxiv.org/abs/2502.15097">Ramakrishna et al. 2025, LUME</a>
 */
public record LumeRegurgitation(Split split) implements SplitMetric {

  /** On the forget split; LUME has it on retain as well. */
  public static LumeRegurgitation defaults() {
    return new LumeRegurgitation(Split.FORGET);
  }

  @Override
  public String name() {
    return "lume.regurgitation";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String meaning() {
    return "0 to 1: mean ROUGE-L recall of the greedy completion of a text; 1 is verbatim";
  }

  @Override
  public PerExample quantity() {
    return LumeTask.regurgitation("");
  }
}

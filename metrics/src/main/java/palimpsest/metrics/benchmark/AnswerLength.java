package palimpsest.metrics.benchmark;

import palimpsest.api.Example;

/** How long an answer a benchmark lets a model give: a longer one scores otherwise. */
public final class AnswerLength {
  private AnswerLength() {}

  /**
   * Most tokens of the answer to an example.
   *
   * @param most of those without a length of their own, and of all
   */
  public static int of(Example example, int most) {
    String task = example.probe().task();
    if (task == null) {
      return most;
    }
    return switch (task) {
      case Knowmem.TASK -> Math.min(most, Knowmem.TOKENS);
      case Verbmem.TASK -> Math.min(most, Verbmem.TOKENS);
      default -> most;
    };
  }
}

package palimpsest.torch.train;

import java.util.List;
import palimpsest.api.Recipe;

/**
 * Learning rate by step: linear warm-up to the peak, then constant, linear or cosine decay towards
 * zero, which the step after the last would reach; over the whole run, or over each of its
 * stretches anew.
 */
public final class Schedule {
  /**
   * Steps that the decay is gone through in once.
   *
   * @param before steps that were taken when it begins
   * @param end its last step
   * @param share its peak, as a share of the recipe's
   */
  record Stretch(int before, int end, double share) {}

  private final Recipe recipe;
  private final List<Stretch> stretches;

  /** Decay over a whole run. */
  Schedule(Recipe recipe, int steps) {
    this(recipe, List.of(new Stretch(0, steps, 1)));
  }

  /** Decay over each stretch, of which the first alone is warmed up. */
  Schedule(Recipe recipe, List<Stretch> stretches) {
    this.recipe = recipe;
    this.stretches = List.copyOf(stretches);
  }

  /** Steps that it has rates for. */
  int steps() {
    return stretches.get(stretches.size() - 1).end();
  }

  /** The rate of a step, counted from 1. */
  double rate(int step) {
    if (step <= recipe.warmup()) {
      return recipe.learningRate() * step / recipe.warmup();
    }
    Stretch in = stretches.stream().filter(s -> step <= s.end()).findFirst().orElseThrow();
    int from = Math.max(in.before(), recipe.warmup());
    double done = (double) (step - 1 - from) / Math.max(1, in.end() - from);
    double peak = recipe.learningRate() * in.share();
    return peak
        * switch (recipe.decay()) {
          case CONSTANT -> 1;
          case LINEAR -> 1 - done;
          case COSINE -> 0.5 * (1 + Math.cos(Math.PI * done));
        };
  }
}

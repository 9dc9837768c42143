package palimpsest.torch.train;

import palimpsest.api.Recipe;

/**
 * Learning rate by step: linear warm-up to the peak, then constant, linear or cosine decay towards
 * zero, which the step after the last would reach.
 */
final class Schedule {
  private final Recipe recipe;
  private final int steps;

  Schedule(Recipe recipe, int steps) {
    this.recipe = recipe;
    this.steps = steps;
  }

  /** The rate of a step, counted from 1. */
  double rate(int step) {
    if (step <= recipe.warmup()) {
      return recipe.learningRate() * step / recipe.warmup();
    }
    double done = (double) (step - 1 - recipe.warmup()) / Math.max(1, steps - recipe.warmup());
    return recipe.learningRate()
        * switch (recipe.decay()) {
          case CONSTANT -> 1;
          case LINEAR -> 1 - done;
          case COSINE -> 0.5 * (1 + Math.cos(Math.PI * done));
        };
  }
}

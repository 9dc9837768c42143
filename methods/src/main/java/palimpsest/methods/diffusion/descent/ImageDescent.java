package palimpsest.methods.diffusion.descent;

import java.util.List;
import palimpsest.api.Check;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.api.Recipe;

/**
 * Erasure from a text-to-image model by descent: some parameters move, step by step, down a loss of
 * the denoiser's outputs.
 *
 * <p>Losses are positive and go down: what is to grow stands in them with a minus.
 */
public interface ImageDescent extends Method {

  /** Optimiser steps. */
  int steps();

  /** Examples in a step. */
  int batch();

  /** Peak learning rate of AdamW, without decay of weights unless {@link #recipe} says so. */
  double learningRate();

  /** What is trained, as it begins; whoever calls closes it. */
  Laid lay(ImageModel model, long seed);

  /**
   * Begins a run.
   *
   * @throws palimpsest.api.InvalidRequest if something that it reads is not there
   * @throws palimpsest.api.Interrupted where it was stopped before the first step
   */
  Way begin(Ground ground);

  /** How it descends: all steps at the learning rate. */
  default Recipe recipe(long seed) {
    return new Recipe(1, batch(), batch(), learningRate(), 0, Recipe.Decay.CONSTANT, 0, 0, seed);
  }

  /** What every such method checks of its parameters. */
  static void check(int steps, int batch, double learningRate) {
    Check.atLeast(steps, 1, "steps");
    Check.atLeast(batch, 1, "batch");
    Check.positive(learningRate, "learningRate");
  }

  @Override
  default Guarantee guarantee() {
    return Guarantee.APPROXIMATE;
  }

  @Override
  default List<String> cannotShow() {
    return List.of(
        "that the concept is gone from the weights: they were changed, nothing is proved",
        "that other words for the concept are erased with those that were given",
        "that it cannot be brought back by relearning, inversion or other prompts than those"
            + " tried");
  }
}

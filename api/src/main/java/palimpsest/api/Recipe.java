package palimpsest.api;

/**
 * How weights are descended: everything, with the data and the initial weights, that a run depends
 * on.
 *
 * @param epochs passes over the data, at least 1
 * @param batch examples per optimiser step
 * @param microBatch examples per forward pass; divides the work, not the arithmetic
 * @param learningRate peak learning rate of AdamW
 * @param warmup steps of linear warm-up from 0
 * @param decay what the rate does after the warm-up
 * @param weightDecay decoupled weight decay, on matrices only
 * @param clip largest L2 norm of the gradient; 0 for no clipping
 * @param seed of the order of examples and, from scratch, of the initial weights
 */
public record Recipe(
    int epochs,
    int batch,
    int microBatch,
    double learningRate,
    int warmup,
    Decay decay,
    double weightDecay,
    double clip,
    long seed) {

  /** Course of the learning rate after the warm-up. */
  public enum Decay {
    CONSTANT,
    LINEAR,
    COSINE
  }

  public Recipe {
    Check.atLeast(epochs, 1, "epochs");
    Check.atLeast(batch, 1, "batch");
    Check.atLeast(microBatch, 1, "micro-batch");
    Check.positive(learningRate, "learning rate");
    if (learningRate > 1e30) {
      throw new InvalidRequest("learning rate must be at most 1e30, got " + learningRate);
    }
    Check.atLeast(warmup, 0, "warm-up");
    Check.nonNegative(weightDecay, "weight decay");
    if (weightDecay > 1e6) {
      throw new InvalidRequest("weight decay must be at most 1e6, got " + weightDecay);
    }
    Check.nonNegative(clip, "clip");
    Check.atLeast(seed, 0, "seed");
    if (seed > 1L << 53) {
      throw new InvalidRequest("seed must be at most 2^53, got " + seed);
    }
  }

  /** Optimiser steps over {@code examples} examples. */
  public int steps(int examples) {
    long steps = (long) epochs * (((long) examples + batch - 1) / batch);
    if (steps < 1 || steps > Integer.MAX_VALUE) {
      throw new InvalidRequest(
          epochs
              + " epochs of "
              + examples
              + " examples are "
              + steps
              + " steps: wanted 1 to 2^31");
    }
    return (int) steps;
  }

  public Recipe withSeed(long another) {
    return new Recipe(
        epochs, batch, microBatch, learningRate, warmup, decay, weightDecay, clip, another);
  }

  public Recipe withEpochs(int n) {
    return new Recipe(n, batch, microBatch, learningRate, warmup, decay, weightDecay, clip, seed);
  }
}

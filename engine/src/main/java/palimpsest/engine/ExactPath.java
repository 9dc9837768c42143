package palimpsest.engine;

import java.util.Optional;
import java.util.Set;
import palimpsest.api.Cost;
import palimpsest.torch.train.Pace;

/** A path to a model as if some records had never been in it: one of several. */
interface ExactPath {

  /**
   * What it takes to be without these records together; empty where it does not lead to such a
   * model.
   *
   * @param records some of those that the path was looked for
   */
  Optional<Way> without(Set<String> records);

  /** The same path where an example of a step takes as long as it did in another run. */
  ExactPath at(Pace now);

  /**
   * What going a path takes.
   *
   * @param method id of the method that goes it
   * @param steps optimiser steps
   */
  record Way(String method, int steps, Cost cost) {}

  /**
   * Bytes that a training has on disk at once, at most: its weights, the checkpoints that stay, and
   * three from which it could go on, of which the third is being written while the first is not yet
   * deleted. A checkpoint is the weights and the two moments of each.
   *
   * @param weights bytes of the weights
   * @param kept checkpoints that stay
   */
  static long disk(long weights, int kept) {
    return weights + 3 * weights * (kept + 3L);
  }
}

package palimpsest.torch.diffusion.attack;

import org.bytedeco.pytorch.Tensor;

/**
 * Says how likely pictures show the concept: the judge's classifier, of which an attack knows no
 * more.
 */
@FunctionalInterface
public interface Recognizer {

  /**
   * P(concept) of each picture, in [0, 1].
   *
   * @param pictures (B, 3, H, W) in [-1, 1], valid during the call
   * @return B probabilities
   */
  double[] probabilities(Tensor pictures);
}

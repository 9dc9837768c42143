package palimpsest.torch.diffusion.schedule;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A weighted sum of a noisy image and a denoiser's output.
 *
 * @param ofX weight of the noisy image
 * @param ofOutput weight of the output
 */
record Mixture(double ofX, double ofOutput) {

  /** This, times a number. */
  Mixture times(double factor) {
    return new Mixture(factor * ofX, factor * ofOutput);
  }

  /** The sum of both. */
  Mixture plus(Mixture other) {
    return new Mixture(ofX + other.ofX, ofOutput + other.ofOutput);
  }

  /** This, for noisy images that are yet to be multiplied by a number. */
  Mixture ofUnscaled(double scale) {
    return new Mixture(scale * ofX, ofOutput);
  }

  /** The sum, a tensor of its own; an image without weight is not looked at. */
  Tensor of(Tensor x, Tensor output) {
    return ofX == 0
        ? output.mul(new Scalar(ofOutput))
        : x.mul(new Scalar(ofX)).add_(output, new Scalar(ofOutput));
  }
}

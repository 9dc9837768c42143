package palimpsest.torch.diffusion.vae;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A normal distribution of independent values.
 *
 * @param mean (B, C, H, W)
 * @param logVariance natural logarithm of the variance, (B, C, H, W), from -30 to 20
 */
public record Gaussian(Tensor mean, Tensor logVariance) {

  /**
   * {@code mean + exp(logVariance / 2) noise}.
   *
   * @param noise from N(0, 1), of the same shape
   */
  public Tensor sample(Tensor noise) {
    return mean.add(logVariance.mul(new Scalar(0.5)).exp().mul(noise));
  }
}

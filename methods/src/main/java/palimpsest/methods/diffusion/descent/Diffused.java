package palimpsest.methods.diffusion.descent;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;

/**
 * Clean images and the noise that was added to them; lives as long as the scope that it was made
 * in.
 *
 * @param schedule of the noise
 * @param clean x_0, (B, C, H, W)
 * @param noise ε, (B, C, H, W)
 * @param t timestep of each, B numbers in [0, T)
 */
@SuppressWarnings("ArrayRecordComponent") // timesteps, compared by value nowhere
record Diffused(NoiseSchedule schedule, Tensor clean, Tensor noise, int... t) {

  /** {@code x_t = √ᾱ_t x_0 + √(1 - ᾱ_t) ε}. */
  Noisy noisy() {
    return new Noisy(schedule.addNoise(clean, noise, t), t);
  }

  /** The loss of training: mean over examples and pixels of (output - target)², (). */
  Tensor loss(Denoiser denoiser, Conditioning text) {
    Tensor target = schedule.target(clean, noise, t);
    return Noisy.meanSquare(noisy().output(denoiser, text), target);
  }
}

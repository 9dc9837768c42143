package palimpsest.torch.diffusion.schedule;

import java.util.ArrayList;
import java.util.List;

/**
 * One evaluation of the denoiser in a run.
 *
 * @param step its number, from 0
 * @param timestep on the scale of training's timesteps; some samplers visit fractions
 * @param alphaBar ᾱ at it, the image's share of the variance
 * @param inputScale what the sampler's image is multiplied by before the denoiser reads it
 */
public record Moment(int step, float timestep, double alphaBar, double inputScale) {

  /** Moments of samplers whose images are {@code x_t} as in training. */
  static List<Moment> list(NoiseSchedule schedule, int[] timesteps) {
    List<Moment> moments = new ArrayList<>();
    for (int t : timesteps) {
      moments.add(new Moment(moments.size(), t, schedule.alphaBar(t), 1));
    }
    return List.copyOf(moments);
  }

  /** Moments of samplers whose images are {@code x_t / √ᾱ_t = x_0 + σ_t ε}. */
  static List<Moment> list(double[] timesteps, float[] sigmas) {
    List<Moment> moments = new ArrayList<>();
    for (int i = 0; i < timesteps.length; i++) {
      double alphaBar = 1 / ((double) sigmas[i] * sigmas[i] + 1);
      moments.add(new Moment(i, (float) timesteps[i], alphaBar, Math.sqrt(alphaBar)));
    }
    return List.copyOf(moments);
  }
}

package palimpsest.torch.diffusion.schedule;

import java.util.Map;

/**
 * A way from noise to an image by a denoiser: which timesteps it visits, and how an image at one
 * becomes the image at the next. A record of its settings; what a run remembers is in its {@link
 * Sampling}.
 */
public interface Sampler {

  /** What the denoiser was trained on. */
  NoiseSchedule schedule();

  /**
   * Begins a run.
   *
   * @param steps 1 to the timesteps of training; some samplers evaluate the denoiser more often
   * @param noise where random numbers come from, if any are needed
   * @throws palimpsest.api.InvalidRequest if so many steps cannot be taken
   */
  Sampling begin(int steps, Noise noise);

  /** diffusers' name of it, {@code _class_name} of a scheduler_config.json. */
  String className();

  /** Its settings by diffusers' names: strings, numbers and truth values. */
  Map<String, Object> fields();
}

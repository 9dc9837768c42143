package palimpsest.torch.diffusion.schedule;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;

/**
 * Denoising diffusion implicit models: goes to the less noisy image that the predicted clean image
 * and the predicted noise make up.
 *
 * <pre>
 * s = t - ⌊T/n⌋;  ᾱ_s = 1, or ᾱ_0, where s &lt; 0
 * σ = η √((1-ᾱ_s) / (1-ᾱ_t)) √(1 - ᾱ_t/ᾱ_s)
 * x_s = √ᾱ_s x_0 + √(1 - ᾱ_s - σ²) noise + σ ε
 * </pre>
 *
 * <p>As in diffusers, s is a stride below t whatever the spacing, so with linspace it is not the
 * next timestep visited; and the predicted noise stays that of the unclipped image.
 *
 * @param schedule what the denoiser was trained on
 * @param spacing which timesteps are visited
 * @param eta η in [0, 1]: 0 draws no noise, 1 is DDPM's; an argument of diffusers' step, not of its
 *     config
 * @param lastAlphaOne whether the finished image is free of noise, {@code set_alpha_to_one}
 * @param clipping of the predicted clean image
 * @see <a href="https://arxiv.org/abs/2010.02502">Song et al. 2020, equations 12 and 16</a>
 */
public record Ddim(
    NoiseSchedule schedule, Spacing spacing, double eta, boolean lastAlphaOne, Clipping clipping)
    implements Sampler {
  static final String NAME = "DDIMScheduler";

  public Ddim {
    Check.fraction(eta, "eta");
  }

  /** For latents: leading from offset 1, no noise, not clipped; Stable Diffusion's settings. */
  public static Ddim latents(NoiseSchedule schedule) {
    return new Ddim(schedule, Spacing.leading(1), 0, false, Clipping.NONE);
  }

  /** For pixels: leading, no noise, clipped to [-1, 1]; diffusers' defaults. */
  public static Ddim pixels(NoiseSchedule schedule) {
    return new Ddim(schedule, Spacing.leading(0), 0, true, Clipping.PIXELS);
  }

  /** The same with another share of noise. */
  public Ddim withEta(double other) {
    return new Ddim(schedule, spacing, other, lastAlphaOne, clipping);
  }

  @Override
  public Sampling begin(int steps, Noise noise) {
    int[] t = spacing.whole(schedule.steps(), steps);
    int stride = schedule.steps() / steps;
    return new Memoryless(
        Moment.list(schedule, t),
        1,
        (step, output, x) -> {
          double here = schedule.alphaBar(t[step]);
          double next = t[step] >= stride ? schedule.alphaBar(t[step] - stride) : last();
          Tensor mean = mean(here, next, output, x);
          return eta == 0
              ? mean
              : mean.add_(noise.draw(step, x.shape()), new Scalar(deviation(here, next)));
        });
  }

  private double last() {
    return lastAlphaOne ? 1 : schedule.alphaBar(0);
  }

  /** σ, the deviation of the noise that a step adds. */
  double deviation(double here, double next) {
    return eta * Math.sqrt((1 - next) / (1 - here) * (1 - here / next));
  }

  private Tensor mean(double here, double next, Tensor output, Tensor x) {
    double deviation = deviation(here, next);
    double ofNoise = Math.sqrt(Math.max(0, 1 - next - deviation * deviation));
    Mixture clean = schedule.prediction().clean(here);
    Mixture noise = schedule.prediction().noise(here).times(ofNoise);
    if (clipping.range().isEmpty()) {
      return clean.times(Math.sqrt(next)).plus(noise).of(x, output);
    }
    Tensor clipped = clipping.apply(clean.of(x, output));
    return clipped.mul(new Scalar(Math.sqrt(next))).add_(noise.of(x, output));
  }

  @Override
  public String className() {
    return NAME;
  }

  @Override
  public Map<String, Object> fields() {
    Map<String, Object> fields = SchedulerFields.write(schedule, spacing);
    fields.put("rescale_betas_zero_snr", schedule.betas().zeroTerminal());
    fields.put("set_alpha_to_one", lastAlphaOne);
    fields.put("thresholding", false);
    clipping.write(fields);
    return fields;
  }

  static Ddim read(SchedulerFields fields) {
    fields.only("thresholding", false);
    fields.ignored("dynamic_thresholding_ratio", "sample_max_value");
    return new Ddim(
        fields.schedule(true),
        fields.spacing(Spacing.Kind.LEADING),
        0,
        fields.flag("set_alpha_to_one", true),
        Clipping.read(fields));
  }
}

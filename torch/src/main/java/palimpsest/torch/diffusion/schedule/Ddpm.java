package palimpsest.torch.diffusion.schedule;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Ancestral sampling of denoising diffusion: draws from the posterior of the step before, given the
 * predicted clean image.
 *
 * <pre>
 * α = ᾱ_t / ᾱ_s, β = 1 - α;  s the timestep visited next, ᾱ_s = 1 after the last
 * x_s = √ᾱ_s β / (1-ᾱ_t) x_0 + √α (1-ᾱ_s) / (1-ᾱ_t) x_t + √variance ε, no noise at t = 0
 * variance: fixed_small β (1-ᾱ_s) / (1-ᾱ_t);  fixed_large β
 * </pre>
 *
 * <p>Scalars are rounded to float32 step by step, as diffusers has them: {@code 1 - α} of
 * neighbouring timesteps keeps few digits there.
 *
 * @param schedule what the denoiser was trained on
 * @param spacing which timesteps are visited
 * @param variance of the noise that is added
 * @param clipping of the predicted clean image
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al. 2020, equations 6 and 7</a>
 */
public record Ddpm(NoiseSchedule schedule, Spacing spacing, Variance variance, Clipping clipping)
    implements Sampler {
  static final String NAME = "DDPMScheduler";
  private static final float LEAST_VARIANCE = 1e-20f;

  /** Variance of the noise that a step adds. */
  public enum Variance {
    /** The posterior's, for an image that is known: the lower bound. */
    FIXED_SMALL,
    /** The same, by its logarithm. */
    FIXED_SMALL_LOG,
    /** That of the noising step: the upper bound. */
    FIXED_LARGE;

    /** The word of a scheduler_config.json's {@code variance_type}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** For pixels: leading, fixed_small, clipped to [-1, 1]; diffusers' defaults. */
  public static Ddpm defaults(NoiseSchedule schedule) {
    return new Ddpm(schedule, Spacing.leading(0), Variance.FIXED_SMALL, Clipping.PIXELS);
  }

  @Override
  public Sampling begin(int steps, Noise noise) {
    int[] t = spacing.whole(schedule.steps(), steps);
    List<Moment> moments = Moment.list(schedule, t);
    return new Memoryless(
        moments,
        1,
        (step, output, x) -> {
          float next = step + 1 < t.length ? schedule.alphaBar(t[step + 1]) : 1;
          Step formula = new Step(schedule.alphaBar(t[step]), next);
          Tensor mean = mean(formula, output, x);
          return t[step] == 0
              ? mean
              : mean.add_(noise.draw(step, x.shape()), new Scalar(formula.deviation(variance)));
        });
  }

  private Tensor mean(Step step, Tensor output, Tensor x) {
    Mixture clean = schedule.prediction().clean(step.here);
    if (clipping.range().isEmpty()) {
      return clean.times(step.ofClean()).plus(new Mixture(step.ofX(), 0)).of(x, output);
    }
    Tensor clipped = clipping.apply(clean.of(x, output));
    return new Mixture(step.ofX(), step.ofClean()).of(x, clipped);
  }

  /** Coefficients between two levels of noise, in float32. */
  record Step(float here, float next) {
    private float beta() {
      return 1 - here / next;
    }

    float ofClean() {
      return (float) Math.sqrt(next) * beta() / (1 - here);
    }

    float ofX() {
      return (float) Math.sqrt(here / next) * (1 - next) / (1 - here);
    }

    double deviation(Variance variance) {
      float small = Math.max((1 - next) / (1 - here) * beta(), LEAST_VARIANCE);
      return Math.sqrt(variance == Variance.FIXED_LARGE ? beta() : small);
    }
  }

  @Override
  public String className() {
    return NAME;
  }

  @Override
  public Map<String, Object> fields() {
    Map<String, Object> fields = SchedulerFields.write(schedule, spacing);
    fields.put("rescale_betas_zero_snr", schedule.betas().zeroTerminal());
    fields.put("variance_type", variance.word());
    fields.put("thresholding", false);
    clipping.write(fields);
    return fields;
  }

  static Ddpm read(SchedulerFields fields) {
    fields.only("thresholding", false);
    fields.ignored("dynamic_thresholding_ratio", "sample_max_value");
    return new Ddpm(
        fields.schedule(true),
        fields.spacing(Spacing.Kind.LEADING),
        fields.word("variance_type", Variance.values(), Variance::word, Variance.FIXED_SMALL),
        Clipping.read(fields));
  }
}

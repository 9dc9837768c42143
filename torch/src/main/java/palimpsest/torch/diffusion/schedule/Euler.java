package palimpsest.torch.diffusion.schedule;

import java.util.Map;

/**
 * Euler's method on the probability flow, for images {@code x_0 + σ ε}.
 *
 * <pre>x_(i+1) = x_i + (σ_(i+1) - σ_i) noise,   the denoiser reads x_i / √(σ_i² + 1)</pre>
 *
 * @param schedule what the denoiser was trained on
 * @param spacing which timesteps are visited, unless {@code karras}
 * @param karras whether the levels are Karras' between the largest and the least that the spacing
 *     visits
 * @param last how much noise is left in the end
 * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022, algorithm 2 without churn</a>
 */
public record Euler(NoiseSchedule schedule, Spacing spacing, boolean karras, FinalSigma last)
    implements Sampler {
  static final String NAME = "EulerDiscreteScheduler";

  /** SDXL's: leading from offset 1. */
  public static Euler latents(NoiseSchedule schedule) {
    return new Euler(schedule, Spacing.leading(1), false, FinalSigma.ZERO);
  }

  @Override
  public Sampling begin(int steps, Noise noise) {
    Sigmas sigmas = new Sigmas(schedule);
    double[] t = spacing.timesteps(schedule.steps(), steps);
    double[] levels = sigmas.at(t);
    if (karras) {
      levels = Sigmas.karras(levels[0], levels[steps - 1], steps);
      t = sigmas.timesteps(levels);
    }
    float[] all = sigmas.closed(levels, last);
    return new Memoryless(
        Moment.list(t, all),
        Sigmas.initialScale(all, spacing.kind()),
        (step, output, x) -> move(schedule, all[step], all[step + 1]).of(x, output));
  }

  /** From one level to another along the predicted noise. */
  static Mixture move(NoiseSchedule schedule, double from, double to) {
    double alphaBar = 1 / (from * from + 1);
    Mixture noise = schedule.prediction().noise(alphaBar).ofUnscaled(Math.sqrt(alphaBar));
    return new Mixture(1, 0).plus(noise.times(to - from));
  }

  @Override
  public String className() {
    return NAME;
  }

  @Override
  public Map<String, Object> fields() {
    Map<String, Object> fields = SchedulerFields.write(schedule, spacing);
    fields.put("rescale_betas_zero_snr", schedule.betas().zeroTerminal());
    fields.put("interpolation_type", "linear");
    fields.put("timestep_type", "discrete");
    fields.put("use_karras_sigmas", karras);
    fields.put("final_sigmas_type", last.word());
    return fields;
  }

  static Euler read(SchedulerFields fields) {
    fields.only("interpolation_type", "linear");
    fields.only("timestep_type", "discrete");
    fields.only("use_exponential_sigmas", false);
    fields.only("use_beta_sigmas", false);
    fields.absent("sigma_min", "sigma_max");
    return new Euler(
        fields.schedule(true),
        fields.spacing(Spacing.Kind.LINSPACE),
        fields.flag("use_karras_sigmas", false),
        fields.word("final_sigmas_type", FinalSigma.values(), FinalSigma::word, FinalSigma.ZERO));
  }
}

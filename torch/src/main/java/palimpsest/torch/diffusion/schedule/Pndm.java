package palimpsest.torch.diffusion.schedule;

import java.util.Map;
import java.util.stream.IntStream;
import palimpsest.api.InvalidRequest;

/**
 * Pseudo numerical methods: a linear multistep method of order 4 on the noise, begun by Runge-Kutta
 * steps or by lower orders, with DDIM's step as its line.
 *
 * <pre>
 * φ(x, e, t, s) = √(ᾱ_s/ᾱ_t) x - (ᾱ_s-ᾱ_t) e / (ᾱ_t √(1-ᾱ_s) + √(ᾱ_t (1-ᾱ_t) ᾱ_s))
 * linear multistep:  e = (55 e_1 - 59 e_2 + 37 e_3 - 9 e_4) / 24
 * </pre>
 *
 * <p>Stable Diffusion skips the Runge-Kutta steps: n steps evaluate the denoiser n + 1 times, the
 * second timestep twice. Otherwise the first three strides take four evaluations each. As in
 * diffusers, a velocity is turned into noise after outputs are averaged, not before.
 *
 * @param schedule what the denoiser was trained on: noise or velocity
 * @param spacing which timesteps are visited
 * @param skipRungeKutta whether to begin with lower orders, {@code skip_prk_steps}
 * @param lastAlphaOne whether the finished image is free of noise, {@code set_alpha_to_one}
 * @see <a href="https://arxiv.org/abs/2202.09778">Liu et al. 2022, equations 9, 12, 13</a>
 */
public record Pndm(
    NoiseSchedule schedule, Spacing spacing, boolean skipRungeKutta, boolean lastAlphaOne)
    implements Sampler {
  static final String NAME = "PNDMScheduler";
  private static final int ORDER = 4;

  public Pndm {
    if (schedule.prediction() == Prediction.SAMPLE) {
      throw new InvalidRequest(
          "prediction_type must be epsilon or v_prediction for PNDM, got sample");
    }
    if (schedule.betas().zeroTerminal()) {
      throw new InvalidRequest(
          "rescale_betas_zero_snr must be false for PNDM, got true; take Ddim or Euler");
    }
  }

  /** Stable Diffusion 1's: leading from offset 1, no Runge-Kutta steps. */
  public static Pndm latents(NoiseSchedule schedule) {
    return new Pndm(schedule, Spacing.leading(1), true, false);
  }

  @Override
  public Sampling begin(int steps, Noise noise) {
    int[] base = spacing.whole(schedule.steps(), steps);
    if (!skipRungeKutta && steps < ORDER) {
      throw new InvalidRequest(
          "steps must be at least 4 where skip_prk_steps is false, got " + steps);
    }
    int stride = schedule.steps() / steps;
    int[] first = skipRungeKutta ? new int[0] : rungeKutta(base, stride / 2);
    int[] then = skipRungeKutta ? secondTwice(base) : skipping(base, ORDER - 1);
    int[] all = IntStream.concat(IntStream.of(first), IntStream.of(then)).toArray();
    return new PndmSampling(this, all, first.length, stride);
  }

  /** {@code t_1, t_2 + h, t_2 + h, t_2, t_2, t_3 + h, ... t_4}: starts, twice the middle, ends. */
  private static int[] rungeKutta(int[] base, int half) {
    int[] t = new int[ORDER * (ORDER - 1)];
    for (int k = 0; k < ORDER - 1; k++) {
      t[ORDER * k] = base[k];
      t[ORDER * k + 1] = base[k + 1] + half;
      t[ORDER * k + 2] = base[k + 1] + half;
      t[ORDER * k + 3] = base[k + 1];
    }
    return t;
  }

  private static int[] secondTwice(int[] base) {
    return base.length == 1
        ? base
        : IntStream.concat(IntStream.of(base[0], base[1]), IntStream.of(base).skip(1)).toArray();
  }

  private static int[] skipping(int[] base, int count) {
    return IntStream.of(base).skip(count).toArray();
  }

  /** ᾱ at a timestep; before the first, that of the finished image. */
  double alphaBar(int t) {
    return t >= 0 ? schedule.alphaBar(t) : lastAlphaOne ? 1 : schedule.alphaBar(0);
  }

  @Override
  public String className() {
    return NAME;
  }

  @Override
  public Map<String, Object> fields() {
    Map<String, Object> fields = SchedulerFields.write(schedule, spacing);
    fields.put("skip_prk_steps", skipRungeKutta);
    fields.put("set_alpha_to_one", lastAlphaOne);
    return fields;
  }

  static Pndm read(SchedulerFields fields) {
    fields.never("prediction_type", Prediction.SAMPLE.word());
    return new Pndm(
        fields.schedule(false),
        fields.spacing(Spacing.Kind.LEADING),
        fields.flag("skip_prk_steps", false),
        fields.flag("set_alpha_to_one", false));
  }
}

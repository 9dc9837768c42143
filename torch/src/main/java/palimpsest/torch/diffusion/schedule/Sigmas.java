package palimpsest.torch.diffusion.schedule;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Training's levels of noise {@code σ_t = √((1-ᾱ_t)/ᾱ_t)}, in float32 as diffusers has them; where
 * ᾱ = 0, 2⁻²⁴ stands for it, so that the largest is finite.
 */
final class Sigmas {
  private static final float LEAST_ALPHA_BAR = 0x1p-24f;
  private static final double RHO = 7;

  private final float[] sigmas; // (T), ascending
  private final float[] logarithms; // (T)

  Sigmas(NoiseSchedule schedule) {
    sigmas = new float[schedule.steps()];
    logarithms = new float[sigmas.length];
    for (int t = 0; t < sigmas.length; t++) {
      float alphaBar = alphaBar(schedule, t);
      sigmas[t] = (float) Math.sqrt((1 - alphaBar) / alphaBar);
      logarithms[t] = (float) StrictMath.log(sigmas[t]);
    }
  }

  private static float alphaBar(NoiseSchedule schedule, int t) {
    boolean last = t == schedule.steps() - 1;
    return last && schedule.betas().zeroTerminal() ? LEAST_ALPHA_BAR : schedule.alphaBar(t);
  }

  /** σ at training's timesteps, linear between them; (n). */
  double[] at(double[] timesteps) {
    double[] values = new double[timesteps.length];
    for (int i = 0; i < values.length; i++) {
      float t = (float) timesteps[i];
      int low = Math.min((int) t, sigmas.length - 1);
      int high = Math.min(low + 1, sigmas.length - 1);
      values[i] = ((double) sigmas[high] - sigmas[low]) * (t - low) + sigmas[low];
    }
    return values;
  }

  /** The least of training. */
  double smallest() {
    return sigmas[0];
  }

  /** The greatest of training. */
  double largest() {
    return sigmas[sigmas.length - 1];
  }

  /**
   * Karras' levels: evenly spaced in {@code σ^(1/7)}, descending, (n).
   *
   * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022, equation 5</a>
   */
  static double[] karras(double largest, double smallest, int n) {
    double from = StrictMath.pow(largest, 1 / RHO);
    double to = StrictMath.pow(smallest, 1 / RHO);
    return IntStream.range(0, n)
        .mapToDouble(i -> StrictMath.pow(from + (n > 1 ? i / (n - 1.0) : 0) * (to - from), RHO))
        .toArray();
  }

  /** Training's timesteps at which these levels lie, linear in log σ between its own; (n). */
  double[] timesteps(double[] levels) {
    return Arrays.stream(levels).map(this::timestep).toArray();
  }

  private double timestep(double level) {
    double log = StrictMath.log(Math.max(level, 1e-10));
    int low = 0;
    while (low < sigmas.length - 2 && logarithms[low + 1] <= log) {
      low++;
    }
    double below = logarithms[low];
    double share = (below - log) / (below - logarithms[low + 1]);
    share = Math.min(1, Math.max(0, share));
    return (1 - share) * low + share * (low + 1);
  }

  /** The levels of a run and that of the finished image, (n + 1). */
  float[] closed(double[] levels, FinalSigma last) {
    float[] values = new float[levels.length + 1];
    for (int i = 0; i < levels.length; i++) {
      values[i] = (float) levels[i];
    }
    values[levels.length] = last == FinalSigma.ZERO ? 0 : sigmas[0];
    return values;
  }

  /**
   * What standard normal noise is multiplied by where images are {@code x_0 + σ ε}: the largest σ,
   * or its length together with an image of variance 1 where the run does not start at the last
   * timestep.
   */
  static double initialScale(float[] levels, Spacing.Kind kind) {
    double most = levels[0];
    return kind == Spacing.Kind.LEADING ? Math.sqrt(most * most + 1) : most;
  }
}

package palimpsest.torch.diffusion.schedule;

import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * How much noise each step of training's noising process adds: {@code x_t = √(1-β_t) x_{t-1} + √β_t
 * ε}.
 *
 * <pre>
 * linear:             β evenly spaced from start to end
 * scaled_linear:      √β evenly spaced from √start to √end
 * squaredcos_cap_v2:  β_t = min(0.999, 1 - f((t+1)/T) / f(t/T)),  f(s) = cos²(π/2 (s+0.008)/1.008)
 * </pre>
 *
 * <p>With {@code zeroTerminal}, √ᾱ is shifted and stretched so that the last is 0 and the first
 * stays (Lin et al. 2023, algorithm 1).
 *
 * @param curve how they grow
 * @param steps T, timesteps of training, 1 to 65536
 * @param start the first, in (0, 1); the cosine does not read it
 * @param end the last, in (0, 1); the cosine does not read it
 * @param zeroTerminal whether they are rescaled so that nothing of the image is left at the last
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al. 2020</a>
 * @see <a href="https://arxiv.org/abs/2102.09672">Nichol and Dhariwal 2021, for the cosine</a>
 * @see <a href="https://arxiv.org/abs/2305.08891">Lin et al. 2023</a>
 */
public record Betas(Curve curve, int steps, double start, double end, boolean zeroTerminal) {
  private static final int MOST = 1 << 16;
  private static final double COSINE_OFFSET = 0.008;
  private static final double COSINE_CAP = 0.999;

  /** How the betas grow. */
  public enum Curve {
    /** Evenly. */
    LINEAR("linear"),
    /** Their roots evenly: Stable Diffusion's. */
    SCALED_LINEAR("scaled_linear"),
    /** So that ᾱ follows a squared cosine. */
    COSINE("squaredcos_cap_v2");

    private final String word;

    Curve(String word) {
      this.word = word;
    }

    /** The word of a scheduler_config.json's {@code beta_schedule}. */
    public String word() {
      return word;
    }
  }

  public Betas {
    Check.atLeast(steps, zeroTerminal ? 2 : 1, "num_train_timesteps");
    if (steps > MOST) {
      throw new InvalidRequest("num_train_timesteps must be at most " + MOST + ", got " + steps);
    }
    inside(start, "beta_start");
    inside(end, "beta_end");
  }

  private static void inside(double beta, String what) {
    if (!(beta > 0 && beta < 1)) {
      throw new InvalidRequest(what + " must be in (0, 1), got " + beta);
    }
  }

  /** DDPM's: 1000 steps, linear from 0.0001 to 0.02. */
  public static Betas ddpm() {
    return new Betas(Curve.LINEAR, 1000, 0.0001, 0.02, false);
  }

  /** Stable Diffusion's: 1000 steps, scaled linear from 0.00085 to 0.012. */
  public static Betas stableDiffusion() {
    return new Betas(Curve.SCALED_LINEAR, 1000, 0.00085, 0.012, false);
  }

  /** {@code ᾱ_t = Π (1-β)}, rounded to float32 where diffusers rounds, (T). */
  float[] alphaBars() {
    float[] products = cumulativeProducts(values());
    return zeroTerminal ? cumulativeProducts(rescaled(products)) : products;
  }

  private float[] values() {
    float[] values =
        switch (curve) {
          case LINEAR -> even((float) start, (float) end);
          case SCALED_LINEAR -> even((float) Math.sqrt(start), (float) Math.sqrt(end));
          case COSINE -> cosine();
        };
    for (int t = 0; t < steps; t++) {
      values[t] = curve == Curve.SCALED_LINEAR ? values[t] * values[t] : values[t];
    }
    return values;
  }

  /** As torch.linspace in float32: counted from the nearer end. */
  private float[] even(float from, float to) {
    float[] values = new float[steps];
    float step = steps > 1 ? (to - from) / (steps - 1) : 0;
    for (int t = 0; t < steps; t++) {
      values[t] = t < steps / 2 || steps == 1 ? from + step * t : to - step * (steps - 1 - t);
    }
    return values;
  }

  private float[] cosine() {
    float[] values = new float[steps];
    for (int t = 0; t < steps; t++) {
      double ratio = squaredCosine((t + 1.0) / steps) / squaredCosine((double) t / steps);
      values[t] = (float) Math.min(1 - ratio, COSINE_CAP);
    }
    return values;
  }

  private static double squaredCosine(double share) {
    double c = StrictMath.cos((share + COSINE_OFFSET) / (1 + COSINE_OFFSET) * Math.PI / 2);
    return c * c;
  }

  /** As torch.cumprod in float32: accumulated in float64. */
  private static float[] cumulativeProducts(float[] betas) {
    float[] products = new float[betas.length];
    double product = 1;
    for (int t = 0; t < betas.length; t++) {
      product *= 1 - betas[t];
      products[t] = (float) product;
    }
    return products;
  }

  private static float[] rescaled(float[] alphaBars) {
    int n = alphaBars.length;
    float[] roots = new float[n];
    for (int t = 0; t < n; t++) {
      roots[t] = (float) Math.sqrt(alphaBars[t]);
    }
    float first = roots[0];
    float last = roots[n - 1];
    float stretch = first / (first - last);
    float[] betas = new float[n];
    float before = 1;
    for (int t = 0; t < n; t++) {
      float root = (roots[t] - last) * stretch;
      float alphaBar = root * root;
      betas[t] = 1 - (t == 0 ? alphaBar : alphaBar / before);
      before = alphaBar;
    }
    return betas;
  }
}

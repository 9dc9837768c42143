package palimpsest.torch.diffusion.schedule;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.DoubleFunction;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;

/**
 * The noising process that a denoiser was trained on, and what its output means.
 *
 * <pre>x_t = √ᾱ_t x_0 + √(1-ᾱ_t) ε,   v_t = √ᾱ_t ε - √(1-ᾱ_t) x_0</pre>
 *
 * <p>Timesteps are Java numbers, one for each row of a batch or one for all; the formulas record
 * gradients. Results join the caller's scope.
 *
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al. 2020</a>
 */
public final class NoiseSchedule {
  private final Betas betas;
  private final Prediction prediction;
  private final float[] alphaBars; // (T)

  /**
   * The schedule of these betas.
   *
   * @throws InvalidRequest if the noise is predicted although nothing but noise is left at the last
   *     timestep: it would say nothing of the image
   */
  public NoiseSchedule(Betas betas, Prediction prediction) {
    if (betas.zeroTerminal() && prediction == Prediction.EPSILON) {
      throw new InvalidRequest(
          "prediction_type must be v_prediction or sample where rescale_betas_zero_snr is true,"
              + " got epsilon");
    }
    this.betas = betas;
    this.prediction = prediction;
    this.alphaBars = betas.alphaBars();
  }

  /** The variances that it is made of. */
  public Betas betas() {
    return betas;
  }

  /** What the denoiser's output means. */
  public Prediction prediction() {
    return prediction;
  }

  /** T, timesteps of training. */
  public int steps() {
    return alphaBars.length;
  }

  /**
   * {@code ᾱ_t}, the image's share of the variance, float32 as diffusers has it.
   *
   * @throws InvalidRequest if t is not in [0, T)
   */
  public float alphaBar(int t) {
    if (t < 0 || t >= alphaBars.length) {
      throw new InvalidRequest("timestep must be in [0, " + alphaBars.length + "), got " + t);
    }
    return alphaBars[t];
  }

  /** Signal-to-noise ratio, {@code ᾱ_t / (1-ᾱ_t)}. */
  public double snr(int t) {
    double alphaBar = alphaBar(t);
    return alphaBar / (1 - alphaBar);
  }

  /** {@code x_t}: an image with noise added to it, (B, ...). */
  public Tensor addNoise(Tensor clean, Tensor noise, int... t) {
    return mixed(clean, noise, a -> new Mixture(Math.sqrt(a), Math.sqrt(1 - a)), t);
  }

  /** {@code v_t}, (B, ...). */
  public Tensor velocity(Tensor clean, Tensor noise, int... t) {
    return mixed(clean, noise, a -> new Mixture(-Math.sqrt(1 - a), Math.sqrt(a)), t);
  }

  /** What the denoiser is to output for {@code x_t}, (B, ...). */
  public Tensor target(Tensor clean, Tensor noise, int... t) {
    return switch (prediction) {
      case EPSILON -> noise;
      case VELOCITY -> velocity(clean, noise, t);
      case SAMPLE -> clean;
    };
  }

  /** The noise in {@code x_t} by the denoiser's output, (B, ...). */
  public Tensor noise(Tensor output, Tensor x, int... t) {
    return prediction == Prediction.EPSILON ? output : mixed(x, output, prediction::noise, t);
  }

  /** The clean image in {@code x_t} by the denoiser's output, (B, ...). */
  public Tensor clean(Tensor output, Tensor x, int... t) {
    return prediction == Prediction.SAMPLE ? output : mixed(x, output, prediction::clean, t);
  }

  /** A weighted sum whose weights follow from each row's ᾱ. */
  private Tensor mixed(Tensor first, Tensor second, DoubleFunction<Mixture> weights, int... t) {
    long rows = first.size(0);
    if (t.length != 1 && t.length != rows) {
      throw new InvalidRequest(
          "timesteps must be one or as many as rows, " + rows + ", got " + t.length);
    }
    float[] ofFirst = new float[t.length];
    float[] ofSecond = new float[t.length];
    for (int row = 0; row < t.length; row++) {
      Mixture mixture = weights.apply(alphaBar(t[row]));
      ofFirst[row] = (float) mixture.ofX();
      ofSecond[row] = (float) mixture.ofOutput();
    }
    long[] shape = new long[(int) first.dim()]; // (B, 1, ...)
    Arrays.fill(shape, 1);
    shape[0] = t.length;
    return Scopes.compute(
        () ->
            first.mul(tensor(ofFirst).view(shape)).add_(second.mul(tensor(ofSecond).view(shape))));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NoiseSchedule schedule
        && betas.equals(schedule.betas)
        && prediction == schedule.prediction;
  }

  @Override
  public int hashCode() {
    return Objects.hash(betas, prediction);
  }

  @Override
  public String toString() {
    return prediction.word() + " of " + betas;
  }
}

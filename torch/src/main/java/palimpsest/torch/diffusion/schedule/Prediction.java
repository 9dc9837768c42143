package palimpsest.torch.diffusion.schedule;

/**
 * What a denoiser's output means. Each kind turns {@code x_t} and the output into the noise and
 * into the clean image by a linear mixture:
 *
 * <pre>
 * ε:   x_0 = (x - √(1-ᾱ) o) / √ᾱ      noise = o
 * v:   x_0 = √ᾱ x - √(1-ᾱ) o          noise = √(1-ᾱ) x + √ᾱ o
 * x_0: x_0 = o                         noise = (x - √ᾱ o) / √(1-ᾱ)
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/2202.00512">Salimans and Ho 2022, for v</a>
 */
public enum Prediction {
  /** The noise, ε. */
  EPSILON("epsilon"),
  /** The velocity, {@code v = √ᾱ ε - √(1-ᾱ) x_0}. */
  VELOCITY("v_prediction"),
  /** The clean image, {@code x_0}. */
  SAMPLE("sample");

  private final String word;

  Prediction(String word) {
    this.word = word;
  }

  /** The word of a scheduler_config.json's {@code prediction_type}. */
  public String word() {
    return word;
  }

  /** The clean image, given ᾱ; not finite for {@link #EPSILON} at ᾱ = 0. */
  Mixture clean(double alphaBar) {
    double signal = Math.sqrt(alphaBar);
    double noise = Math.sqrt(1 - alphaBar);
    return switch (this) {
      case EPSILON -> new Mixture(1 / signal, -noise / signal);
      case VELOCITY -> new Mixture(signal, -noise);
      case SAMPLE -> new Mixture(0, 1);
    };
  }

  /** The noise, given ᾱ; not finite for {@link #SAMPLE} at ᾱ = 1. */
  Mixture noise(double alphaBar) {
    double signal = Math.sqrt(alphaBar);
    double noise = Math.sqrt(1 - alphaBar);
    return switch (this) {
      case EPSILON -> new Mixture(0, 1);
      case VELOCITY -> new Mixture(noise, signal);
      case SAMPLE -> new Mixture(1 / noise, -signal / noise);
    };
  }
}

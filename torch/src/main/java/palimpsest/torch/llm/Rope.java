package palimpsest.torch.llm;

import static org.bytedeco.pytorch.global.torch.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.checkpoint.LlamaConfig;

/**
 * Cosine and sine tables of rotary position embeddings, in the half-split layout of Hugging Face.
 *
 * <pre>f_i = θ^(-2i/K), i < K/2; angle(t, i) = t f_i; both halves of a head share the angles</pre>
 *
 * <p>The {@code llama3} scaling divides low frequencies by a factor, keeps high ones, and blends in
 * between.
 *
 * @see <a href="https://arxiv.org/abs/2104.09864">Su et al. 2021</a>
 */
final class Rope implements AutoCloseable {
  private final double[] frequencies; // (K/2)
  private Tensor cos = new Tensor(); // (T, K)
  private Tensor sin = new Tensor(); // (T, K)
  private int length;

  Rope(LlamaConfig config) {
    int half = config.headDim() / 2;
    frequencies = new double[half];
    for (int i = 0; i < half; i++) {
      double f = Math.pow(config.ropeTheta(), -2.0 * i / config.headDim());
      frequencies[i] = config.ropeScaling().map(s -> scaled(f, s)).orElse(f);
    }
  }

  private static double scaled(double frequency, palimpsest.torch.checkpoint.Llama3Rope s) {
    double wavelength = 2 * Math.PI / frequency;
    double low = s.originalMaxPositions() / s.lowFrequencyFactor();
    double high = s.originalMaxPositions() / s.highFrequencyFactor();
    if (wavelength > low) {
      return frequency / s.factor();
    }
    if (wavelength < high) {
      return frequency;
    }
    double smooth =
        (s.originalMaxPositions() / wavelength - s.lowFrequencyFactor())
            / (s.highFrequencyFactor() - s.lowFrequencyFactor());
    return (1 - smooth) * frequency / s.factor() + smooth * frequency;
  }

  /** Cosines of at least {@code positions} positions, (T, K). */
  Tensor cos(int positions) {
    grow(positions);
    return cos;
  }

  /** Sines of at least {@code positions} positions, (T, K). */
  Tensor sin(int positions) {
    grow(positions);
    return sin;
  }

  private void grow(int positions) {
    if (positions <= length) {
      return;
    }
    close();
    length = Math.max(positions, 2 * length);
    int half = frequencies.length;
    float[] c = new float[length * 2 * half];
    float[] s = new float[length * 2 * half];
    for (int t = 0; t < length; t++) {
      for (int i = 0; i < half; i++) {
        // float32 throughout, as transformers computes the angles
        float angle = (float) t * (float) frequencies[i];
        int at = t * 2 * half + i;
        c[at] = c[at + half] = (float) Math.cos(angle);
        s[at] = s[at + half] = (float) Math.sin(angle);
      }
    }
    try (PointerScope scope = new PointerScope()) {
      cos = Scopes.keep(tensor(c).view(length, 2L * half));
      sin = Scopes.keep(tensor(s).view(length, 2L * half));
    }
  }

  @Override
  public void close() {
    cos.close();
    sin.close();
  }
}

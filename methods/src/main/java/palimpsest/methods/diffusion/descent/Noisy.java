package palimpsest.methods.diffusion.descent;

import static org.bytedeco.pytorch.global.torch.tensor;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;

/**
 * Noisy images that denoisers are asked about; lives as long as the scope that it was made in.
 *
 * @param x as training has them, (B, C, H, W)
 * @param t timestep of each, B numbers in [0, T)
 */
@SuppressWarnings("ArrayRecordComponent") // timesteps, compared by value nowhere
record Noisy(Tensor x, int... t) {

  /** What a denoiser makes of them, gradients recorded, (B, C, H, W). */
  Tensor output(Denoiser denoiser, Conditioning text) {
    float[] times = new float[t.length];
    for (int row = 0; row < t.length; row++) {
      times[row] = t[row];
    }
    return denoiser.predict(x, tensor(times), text);
  }

  /** The same as a constant. */
  Tensor fixed(Denoiser denoiser, Conditioning text) {
    return Scopes.constant(() -> output(denoiser, text));
  }

  /** Mean over examples and pixels of the squared difference, (). */
  static Tensor meanSquare(Tensor one, Tensor other) {
    Tensor gap = one.sub(other);
    return gap.mul(gap).mean();
  }
}

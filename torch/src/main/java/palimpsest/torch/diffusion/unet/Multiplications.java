package palimpsest.torch.diffusion.unet;

import static org.bytedeco.pytorch.global.torch.ones;
import static org.bytedeco.pytorch.global.torch.zeros;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Conditioning;

/**
 * Multiply-adds of a network's maps, convolutions and attention in one pass, counted from shapes.
 *
 * <pre>
 * a map or convolution of P places   P · (numbers of its weight)
 * attention                          2 N L T K: Q Kᵀ, and its product with V
 * </pre>
 *
 * <p>Norms, activations and sums are not counted: they move memory and multiply little.
 */
public final class Multiplications implements Overlay {
  private final Weights weights;
  private long count;

  private Multiplications(Weights weights) {
    this.weights = weights;
  }

  /**
   * Those of one picture.
   *
   * @param side of what the U-Net reads of it, in places
   * @param tokens T of its text
   */
  public static long of(UNet unet, int side, int tokens) {
    Multiplications counting = new Multiplications(unet.weights());
    return Scopes.withoutGradient(
        () -> {
          Tensor x = zeros(1, unet.config().inChannels(), side, side);
          Tensor text = zeros(1, tokens, unet.config().textWidth());
          unet.with(counting).predict(x, ones(1), Conditioning.of(text));
          return counting.count;
        });
  }

  @Override
  public Tensor add(Tensor y, Tensor x, String name) {
    return counted(y, name, y.size(-1));
  }

  @Override
  public Tensor add(Tensor y, Tensor x, String name, Window window) {
    return counted(y, name, y.size(1));
  }

  private Tensor counted(Tensor y, String name, long out) {
    count += y.numel() / out * weights.tensor(name).numel();
    return y;
  }

  @Override
  public Tensor attend(String name, Tensor q, Tensor k, Tensor v) {
    count += 2 * q.numel() * k.size(2);
    return Overlay.super.attend(name, q, k, v);
  }
}

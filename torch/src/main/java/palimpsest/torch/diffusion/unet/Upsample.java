package palimpsest.torch.diffusion.unet;

import static org.bytedeco.pytorch.global.torch.upsample_nearest2d;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;

/**
 * Every place repeated, then a convolution of 3 x 3.
 *
 * @param name such as {@code up_blocks.0.upsamplers.0}
 * @param channels C
 */
public record Upsample(String name, int channels) implements Part {

  @Override
  public void declare(TensorShapes shapes) {
    shapes.conv(name + ".conv", channels, channels, 3);
  }

  /** To twice the size, (B, C, H, W) to (B, C, 2 H, 2 W). */
  public Tensor forward(Layers layers, Tensor x) {
    return forward(layers, x, new long[] {2 * x.size(2), 2 * x.size(3)});
  }

  /**
   * To a given size, each place taken from the nearest one below.
   *
   * @param size height and width
   */
  public Tensor forward(Layers layers, Tensor x, long[] size) {
    return Scopes.compute(
        () -> layers.conv(upsample_nearest2d(x, size), name + ".conv", Window.SAME));
  }
}

package palimpsest.torch.diffusion.unet;

import static org.bytedeco.pytorch.global.torch.constant_pad_nd;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;

/**
 * A convolution of 3 x 3 at every second place.
 *
 * @param name such as {@code down_blocks.0.downsamplers.0}
 * @param channels C
 * @param padding zeros on each side: 1, or 0 for one row below and one column to the right only, as
 *     autoencoders have it
 */
public record Downsample(String name, int channels, int padding) implements Part {

  @Override
  public void declare(TensorShapes shapes) {
    shapes.conv(name + ".conv", channels, channels, 3);
  }

  /** (B, C, H, W) to (B, C, H / 2, W / 2), halves rounded up where padding is 1, else down. */
  public Tensor forward(Layers layers, Tensor x) {
    return Scopes.compute(
        () -> {
          Tensor all = padding == 0 ? constant_pad_nd(x, 0, 1, 0, 1) : x;
          return layers.conv(all, name + ".conv", new Window(2, padding));
        });
  }
}

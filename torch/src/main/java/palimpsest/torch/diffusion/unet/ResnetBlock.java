package palimpsest.torch.diffusion.unet;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;

/**
 * Two convolutions around which the image also goes unchanged, or through one of 1 x 1 where the
 * number of channels changes.
 *
 * <pre>h = conv₁(silu(norm₁ x)) + W t;  y = conv₂(silu(norm₂ h)) + shortcut(x)</pre>
 *
 * @param name such as {@code down_blocks.0.resnets.0}
 * @param in channels of x
 * @param out channels of y
 * @param timeWidth width of the embedded timestep t, 0 for none
 * @param groups of both normalisations
 */
public record ResnetBlock(String name, int in, int out, int timeWidth, Groups groups)
    implements Part {

  @Override
  public void declare(TensorShapes shapes) {
    shapes.norm(name + ".norm1", in).conv(name + ".conv1", in, out, 3);
    if (timeWidth > 0) {
      shapes.linear(name + ".time_emb_proj", timeWidth, out);
    }
    shapes.norm(name + ".norm2", out).conv(name + ".conv2", out, out, 3);
    if (in != out) {
      shapes.conv(name + ".conv_shortcut", in, out, 1);
    }
  }

  /** (B, in, H, W) to (B, out, H, W). */
  public Tensor forward(Layers layers, Tensor x, Cues cues) {
    return Scopes.compute(
        () -> {
          Tensor h = convolved(layers, x, 1); // (B, out, H, W)
          if (timeWidth > 0) {
            h = h.add_(time(layers, cues));
          }
          Tensor y = convolved(layers, h, 2); // (B, out, H, W)
          return y.add_(in == out ? x : layers.conv(x, name + ".conv_shortcut", Window.POINT));
        });
  }

  /** conv(silu(norm x)) of that number; frees what lies between. */
  private Tensor convolved(Layers layers, Tensor x, int number) {
    return Scopes.compute(
        () ->
            layers.conv(
                layers.activated(x, name + ".norm" + number, groups),
                name + ".conv" + number,
                Window.SAME));
  }

  private Tensor time(Layers layers, Cues cues) {
    Tensor t = cues.time().orElseThrow(() -> new IllegalStateException(name + " needs a timestep"));
    return layers.linear(t, name + ".time_emb_proj").unsqueeze(-1).unsqueeze(-1); // (B, out, 1, 1)
  }
}

package palimpsest.torch.diffusion.vae;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.unet.Attention;
import palimpsest.torch.diffusion.unet.Groups;
import palimpsest.torch.diffusion.unet.Layers;
import palimpsest.torch.diffusion.unet.Part;
import palimpsest.torch.diffusion.unet.TensorShapes;

/**
 * Every place of an image looks at all places: {@code x + attention(norm x)}.
 *
 * @param name such as {@code encoder.mid_block.attentions.0}
 * @param channels C, a multiple of {@code heads}
 * @param heads N
 * @param groups of the normalisation
 */
record ImageAttention(String name, int channels, int heads, Groups groups) implements Part {

  private Attention attention() {
    return new Attention(name, channels, channels, heads, true);
  }

  @Override
  public void declare(TensorShapes shapes) {
    shapes.norm(name + ".group_norm", channels);
    attention().declare(shapes);
  }

  /** (B, C, H, W) to (B, C, H, W). */
  Tensor forward(Layers layers, Tensor x) {
    return Scopes.compute(
        () -> {
          Tensor shown = layers.groupNorm(x, name + ".group_norm", groups);
          Tensor places = // (B, L, C)
              shown.permute(0, 2, 3, 1).reshape(x.size(0), -1, channels);
          Tensor found = attention().forward(layers, places, places); // (B, L, C)
          Tensor image = found.view(x.size(0), x.size(2), x.size(3), channels).permute(0, 3, 1, 2);
          return x.add(image); // (B, C, H, W)
        });
  }
}

package palimpsest.torch.diffusion.vae;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.diffusion.unet.Cues;
import palimpsest.torch.diffusion.unet.Groups;
import palimpsest.torch.diffusion.unet.Layers;
import palimpsest.torch.diffusion.unet.Part;
import palimpsest.torch.diffusion.unet.ResnetBlock;
import palimpsest.torch.diffusion.unet.TensorShapes;

/**
 * The lowest resolution of an autoencoder.
 *
 * @param first before the attention
 * @param attention of the same channels
 * @param last after it
 */
record MiddleBlock(ResnetBlock first, ImageAttention attention, ResnetBlock last) implements Part {

  /** With one head, as all autoencoders have it. */
  static MiddleBlock of(String name, int channels, Groups groups) {
    return new MiddleBlock(
        new ResnetBlock(name + ".resnets.0", channels, channels, 0, groups),
        new ImageAttention(name + ".attentions.0", channels, 1, groups),
        new ResnetBlock(name + ".resnets.1", channels, channels, 0, groups));
  }

  @Override
  public void declare(TensorShapes shapes) {
    first.declare(shapes);
    attention.declare(shapes);
    last.declare(shapes);
  }

  /** (B, C, H, W) to (B, C, H, W). */
  Tensor forward(Layers layers, Tensor x, Cues cues) {
    Tensor h = first.forward(layers, x, cues);
    return last.forward(layers, attention.forward(layers, h), cues);
  }
}

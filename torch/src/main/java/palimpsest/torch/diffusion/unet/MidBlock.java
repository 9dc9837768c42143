package palimpsest.torch.diffusion.unet;

import org.bytedeco.pytorch.Tensor;

/**
 * The lowest resolution between the way down and the way up.
 *
 * @param first before the attention
 * @param transformer of the same channels
 * @param last after it
 */
public record MidBlock(ResnetBlock first, SpatialTransformer transformer, ResnetBlock last)
    implements Part {

  @Override
  public void declare(TensorShapes shapes) {
    first.declare(shapes);
    transformer.declare(shapes);
    last.declare(shapes);
  }

  /** (B, C, H, W) to (B, C, H, W). */
  public Tensor forward(Layers layers, Tensor x, Cues cues) {
    Tensor h = first.forward(layers, x, cues);
    return last.forward(layers, transformer.forward(layers, h, cues), cues);
  }
}

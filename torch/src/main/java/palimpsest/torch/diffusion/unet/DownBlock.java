package palimpsest.torch.diffusion.unet;

import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * One resolution on the way down.
 *
 * @param resnets at least one
 * @param transformers one after each of them, or none at all
 * @param down to the next resolution; empty at the last
 */
public record DownBlock(
    List<ResnetBlock> resnets, List<SpatialTransformer> transformers, Optional<Downsample> down)
    implements Part {

  public DownBlock {
    resnets = List.copyOf(resnets);
    transformers = List.copyOf(transformers);
  }

  @Override
  public void declare(TensorShapes shapes) {
    for (int i = 0; i < resnets.size(); i++) {
      resnets.get(i).declare(shapes);
      if (!transformers.isEmpty()) {
        transformers.get(i).declare(shapes);
      }
    }
    down.ifPresent(d -> d.declare(shapes));
  }

  /**
   * (B, in, H, W) to (B, out, H / 2, W / 2), or (B, out, H, W) at the last resolution.
   *
   * @param skips receives every intermediate image, the last one on top
   */
  public Tensor forward(Layers layers, Tensor x, Cues cues, Deque<Tensor> skips) {
    Tensor h = x;
    for (int i = 0; i < resnets.size(); i++) {
      h = resnets.get(i).forward(layers, h, cues);
      if (!transformers.isEmpty()) {
        h = transformers.get(i).forward(layers, h, cues);
      }
      skips.push(h);
    }
    if (down.isPresent()) {
      h = down.get().forward(layers, h);
      skips.push(h);
    }
    return h;
  }
}

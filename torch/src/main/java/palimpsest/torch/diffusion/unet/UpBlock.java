package palimpsest.torch.diffusion.unet;

import static org.bytedeco.pytorch.global.torch.cat;

import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import palimpsest.torch.Scopes;

/**
 * One resolution on the way up: each residual block sees what the way down left at its place.
 *
 * @param resnets at least one
 * @param transformers one after each of them, or none at all
 * @param up to the next resolution; empty at the last
 */
public record UpBlock(
    List<ResnetBlock> resnets, List<SpatialTransformer> transformers, Optional<Upsample> up)
    implements Part {

  public UpBlock {
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
    up.ifPresent(u -> u.declare(shapes));
  }

  /**
   * (B, in, H, W) to (B, out, H', W'), the size of the skip that comes next, or twice its own where
   * none is left.
   *
   * @param skips what the way down left; this block takes one for each residual block
   */
  public Tensor forward(Layers layers, Tensor x, Cues cues, Deque<Tensor> skips) {
    Tensor h = x;
    for (int i = 0; i < resnets.size(); i++) {
      h = joined(layers, resnets.get(i), new TensorVector(h, skips.pop()), cues);
      if (!transformers.isEmpty()) {
        h = transformers.get(i).forward(layers, h, cues);
      }
    }
    if (up.isEmpty()) {
      return h;
    }
    Tensor next = skips.peek();
    return next == null
        ? up.get().forward(layers, h)
        : up.get().forward(layers, h, new long[] {next.size(2), next.size(3)});
  }

  private static Tensor joined(Layers layers, ResnetBlock resnet, TensorVector both, Cues cues) {
    return Scopes.compute(() -> resnet.forward(layers, cat(both, 1), cues));
  }
}

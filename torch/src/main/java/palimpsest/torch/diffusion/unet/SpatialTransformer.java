package palimpsest.torch.diffusion.unet;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;

/**
 * Transformer blocks over the places of an image, added to the image.
 *
 * <pre>y = x + out(blocks(in(norm x)))</pre>
 *
 * @param name such as {@code mid_block.attentions.0}
 * @param channels C
 * @param groups how many groups of channels are normalised together
 * @param linear whether the projections are linear maps (SD 2.x, XL) or convolutions of 1 x 1 (SD
 *     1.x)
 * @param blocks one after another, each of width C
 */
public record SpatialTransformer(
    String name, int channels, int groups, boolean linear, List<TransformerBlock> blocks)
    implements Part {
  private static final double EPS = 1e-6; // diffusers does not read it from the configuration

  public SpatialTransformer {
    blocks = List.copyOf(blocks);
  }

  /**
   * What stands between entering and leaving.
   *
   * @param linear whether the projections are linear maps
   * @param heads of each attention
   * @param textWidth E, 0 for no cross-attention
   * @param blocks how many
   */
  public record Depth(boolean linear, int heads, int textWidth, int blocks) {}

  /** With blocks that are all alike. */
  public static SpatialTransformer of(String name, int groups, int channels, Depth depth) {
    List<TransformerBlock> blocks =
        IntStream.range(0, depth.blocks())
            .mapToObj(
                i ->
                    new TransformerBlock(
                        name + ".transformer_blocks." + i,
                        channels,
                        depth.heads(),
                        depth.textWidth()))
            .toList();
    return new SpatialTransformer(name, channels, groups, depth.linear(), blocks);
  }

  @Override
  public void declare(TensorShapes shapes) {
    shapes.norm(name + ".norm", channels);
    declare(shapes, name + ".proj_in");
    blocks.forEach(block -> block.declare(shapes));
    declare(shapes, name + ".proj_out");
  }

  private void declare(TensorShapes shapes, String projection) {
    if (linear) {
      shapes.linear(projection, channels, channels);
    } else {
      shapes.conv(projection, channels, channels, 1);
    }
  }

  /** (B, C, H, W) to (B, C, H, W). */
  public Tensor forward(Layers layers, Tensor x, Cues cues) {
    return Scopes.compute(
        () -> {
          Tensor image = layers.groupNorm(x, name + ".norm", new Groups(groups, EPS));
          Tensor h = enter(layers, image); // (B, L, C)
          for (TransformerBlock block : blocks) {
            h = block.forward(layers, h, cues);
          }
          return Layers.sum(x, leave(layers, h, x)); // (B, C, H, W)
        });
  }

  private Tensor enter(Layers layers, Tensor image) {
    String in = name + ".proj_in";
    return linear
        ? layers.linear(places(image), in)
        : places(layers.conv(image, in, Window.POINT)); // (B, L, C)
  }

  private Tensor leave(Layers layers, Tensor h, Tensor like) {
    String out = name + ".proj_out";
    return linear
        ? image(layers.linear(h, out), like)
        : layers.conv(image(h, like), out, Window.POINT); // (B, C, H, W)
  }

  /** (B, C, H, W) to (B, L, C): no copy where channels come last in memory. */
  static Tensor places(Tensor image) {
    long rows = image.size(0);
    return image.permute(0, 2, 3, 1).reshape(rows, -1, image.size(1));
  }

  /** (B, L, C) to (B, C, H, W) with the H and W of another, channels last in memory: no copy. */
  static Tensor image(Tensor places, Tensor like) {
    return places
        .view(places.size(0), like.size(2), like.size(3), places.size(2))
        .permute(0, 3, 1, 2);
  }
}

package palimpsest.methods.diffusion.descent;

import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.linear;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.TextMap;
import palimpsest.torch.diffusion.unet.Overlay;
import palimpsest.torch.diffusion.unet.UNet;
import palimpsest.torch.diffusion.unet.Window;
import palimpsest.torch.llm.InitialWeights;

/**
 * Additions of rank one to every linear map and convolution of a U-Net's transformers, one vector
 * in and one out for each, gated by a number.
 *
 * <pre>y = W x + γ u (d·x)</pre>
 *
 * <p>d is drawn uniformly from ±√(3 / fan-in), u begins at zero, so that at first nothing changes.
 */
public final class RankOne implements Laid {
  static final String DOWN = ".down.weight"; // d: (1, in) or (1, in, k, k)
  static final String UP = ".up.weight"; // u: (out, 1) or (out, 1, 1, 1)
  private static final String WEIGHT = ".weight";
  private static final String BLOCKS = ".transformer_blocks.";
  private static final long[] ONE = {1, 1};
  private static final long[] UNPADDED = {0, 0};

  private final ImageModel model;
  private final Weights own;

  private RankOne(ImageModel model, Weights own) {
    this.model = model;
    this.own = own;
  }

  /** Fresh ones. */
  static RankOne draw(ImageModel model, long seed) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    List<String> transformers =
        model.unet().textMaps().stream().map(TextMap::weight).map(RankOne::transformer).toList();
    model
        .unet()
        .weights()
        .tensors()
        .forEach(
            (name, w) -> {
              if (w.dim() > 1 && transformers.stream().anyMatch(name::startsWith)) {
                String stem = stem(name);
                shapes.put(stem + DOWN, shape(w, 0, 1));
                shapes.put(stem + UP, w.dim() == 2 ? List.of(w.size(0), 1L) : point(w.size(0)));
              }
            });
    if (shapes.isEmpty()) {
      throw new UnsupportedModel("the denoiser has no transformers that read text");
    }
    RankOne adapters = new RankOne(model, Weights.allocate(shapes));
    adapters.begin(seed);
    return adapters;
  }

  /** {@code mid_block.attentions.0.} of a text map's name. */
  private static String transformer(String map) {
    int at = map.indexOf(BLOCKS);
    return map.substring(0, at < 0 ? map.length() : at + 1);
  }

  private static String stem(String name) {
    return name.substring(0, name.length() - WEIGHT.length());
  }

  private static List<Long> shape(Tensor w, int dimension, long size) {
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < w.dim(); i++) {
      shape.add(i == dimension ? size : w.size(i));
    }
    return shape;
  }

  private static List<Long> point(long out) {
    return List.of(out, 1L, 1L, 1L);
  }

  private void begin(long seed) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      own.tensors()
          .forEach(
              (name, t) -> {
                t.zero_();
                if (name.endsWith(DOWN)) {
                  InitialWeights.uniform(t, Math.sqrt(3.0 / t.numel()), name, seed);
                }
              });
    }
  }

  /**
   * The model with the additions at a strength; with 1 what is trained, with 0 the model as it was.
   *
   * @param strength γ
   */
  public UNet at(double strength) {
    return model.unet().with(new Added(own, strength));
  }

  private record Added(Weights own, double strength) implements Overlay {
    @Override
    public Weights trained(Weights base) {
      return own;
    }

    @Override
    public Tensor add(Tensor y, Tensor x, String name) {
      Tensor down = own.tensors().get(stem(name) + DOWN);
      return down == null
          ? y
          : y.add(linear(linear(x, down), up(name)), new Scalar(strength)); // (..., out)
    }

    @Override
    public Tensor add(Tensor y, Tensor x, String name, Window window) {
      Tensor down = own.tensors().get(stem(name) + DOWN);
      if (down == null) {
        return y;
      }
      long[] stride = {window.stride(), window.stride()};
      long[] padding = {window.padding(), window.padding()};
      TensorOptional unbiased = new TensorOptional();
      Tensor one = conv2d(x, down, unbiased, stride, padding, ONE, 1); // (B, 1, H', W')
      Tensor all = conv2d(one, up(name), unbiased, ONE, UNPADDED, ONE, 1); // (B, out, H', W')
      return y.add(all, new Scalar(strength));
    }

    private Tensor up(String name) {
      return own.tensor(stem(name) + UP);
    }
  }

  @Override
  public Denoiser denoiser() {
    return at(1);
  }

  @Override
  public Texts texts() {
    return model.texts();
  }

  @Override
  public Weights weights() {
    return own;
  }

  /** {@code W + u dᵀ}: the additions at strength 1, for good. */
  @Override
  public void settle() {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      own.tensors()
          .forEach(
              (name, down) -> {
                if (name.endsWith(DOWN)) {
                  String at = name.substring(0, name.length() - DOWN.length());
                  Tensor w = model.unet().weights().tensor(at + WEIGHT);
                  Tensor up = own.tensor(at + UP);
                  w.add_(up.view(-1, 1).matmul(down.view(1, -1)).view(w.sizes().vec().get()));
                }
              });
    }
  }

  @Override
  public boolean recordBelow(boolean on) {
    return Copies.record(model.unet().weights(), on);
  }

  @Override
  public void close() {
    own.close();
  }
}

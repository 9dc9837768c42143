package palimpsest.torch.diffusion.unet;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.silu;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.TextMap;

/**
 * The text-conditioned U-Net of Stable Diffusion 1.x, 2.x and XL in float32.
 *
 * <p>Residual blocks with the timestep added go down through the resolutions and up again, each
 * step up seeing what the step down left; at some resolutions every place looks at all places and
 * at the text. Tensor names are those of diffusers. Images lie channels-last in memory, so that a
 * change between an image and its places as tokens copies nothing.
 *
 * @see <a href="https://arxiv.org/abs/2112.10752">Rombach et al. 2022</a>
 * @see <a href="https://arxiv.org/abs/2307.01952">Podell et al. 2023</a> for SDXL
 */
public final class UNet implements Denoiser {
  private final UNetConfig config;
  private final Weights weights;
  private final UNetParts parts;
  private final Overlay overlay;
  private final Layers layers;

  /** Takes ownership of the weights, whose names and shapes are those of the configuration. */
  public UNet(UNetConfig config, Weights weights) {
    this(config, weights, new UNetParts(config), Overlay.NONE);
  }

  private UNet(UNetConfig config, Weights weights, UNetParts parts, Overlay overlay) {
    this.config = config;
    this.weights = weights;
    this.parts = parts;
    this.overlay = overlay;
    this.layers = new Layers(weights, overlay);
  }

  /**
   * This model with something laid over it: what is trained is the overlay's, and this model stays
   * as it is. The result shares its parameters and need not be closed.
   */
  public UNet with(Overlay other) {
    return new UNet(config, weights, parts, other);
  }

  public UNetConfig config() {
    return config;
  }

  @Override
  public Weights weights() {
    return overlay.trained(weights);
  }

  /** An independent copy, without what lies over it. */
  public UNet copy() {
    return new UNet(config, weights.copy());
  }

  /** Keys and values of every cross-attention: down, middle, up. */
  @Override
  public List<TextMap> textMaps() {
    return parts.textMaps();
  }

  /**
   * The output for noisy images, (B, in, H, W) to (B, out, H, W); H and W may be any that the
   * resolutions halve to at least 1.
   *
   * @throws InvalidRequest if the shapes do not fit the configuration, or what SDXL reads besides
   *     the text states is missing
   */
  @Override
  public Tensor predict(Tensor x, Tensor timesteps, Conditioning text) {
    require(x.dim() == 4 && x.size(1) == config.inChannels(), "x", x);
    require(timesteps.dim() == 1 && timesteps.size(0) == x.size(0), "timesteps", timesteps);
    Tensor states = text.states();
    require(states.dim() == 3 && states.size(0) == x.size(0), "text states", states);
    require(states.size(2) == config.textWidth(), "text states", states);
    return Scopes.compute(
        () -> {
          Tensor time = silu(time(timesteps, text)); // (B, 4 C)
          Cues cues = new Cues(Optional.of(time), Optional.of(states));
          Tensor last = through(x.contiguous(torch.MemoryFormat.ChannelsLast), cues);
          Tensor shown = layers.activated(last, UNetParts.NORM_OUT, config.groups());
          return layers.conv(shown, UNetParts.CONV_OUT, Window.SAME).contiguous();
        });
  }

  /** From the first convolution to the last block, (B, in, H, W) to (B, C, H, W). */
  private Tensor through(Tensor x, Cues cues) {
    Deque<Tensor> skips = new ArrayDeque<>();
    Tensor h = layers.conv(x, UNetParts.CONV_IN, Window.SAME);
    skips.push(h);
    for (DownBlock block : parts.down()) {
      h = block.forward(layers, h, cues, skips);
    }
    h = parts.mid().forward(layers, h, cues);
    for (UpBlock block : parts.up()) {
      Tensor below = h;
      h = Scopes.compute(() -> block.forward(layers, below, cues, skips));
    }
    return h;
  }

  /** What the blocks are told of the timestep, and of what SDXL adds to it, (B, 4 C). */
  private Tensor time(Tensor timesteps, Conditioning text) {
    Tensor time = parts.time().forward(layers, config.waves().of(timesteps)); // (B, 4 C)
    if (config.added().isEmpty()) {
      return time;
    }
    Conditioning.Added more =
        text.added()
            .orElseThrow(
                () -> new InvalidRequest("this model reads pooled texts and sizes besides states"));
    return time.add(added(config.added().get(), more));
  }

  private Tensor added(UNetConfig.AddedText wanted, Conditioning.Added more) {
    long rows = more.pooled().size(0);
    TimeEmbedding.Waves waves =
        new TimeEmbedding.Waves(
            wanted.timeWidth(), config.waves().cosineFirst(), config.waves().shift());
    Tensor sizes = waves.of(more.timeIds().flatten()).reshape(rows, -1);
    Tensor both = cat(new TensorVector(more.pooled(), sizes), 1); // (B, P + 6 timeWidth)
    require(both.size(1) == wanted.inputWidth(), "pooled texts and sizes", both);
    return parts.added().orElseThrow().forward(layers, both);
  }

  private void require(boolean holds, String what, Tensor got) {
    if (!holds) {
      throw new InvalidRequest(
          what
              + " must fit the model ("
              + config.inChannels()
              + " channels, text states of width "
              + config.textWidth()
              + "), got shape "
              + Arrays.toString(got.sizes().vec().get()));
    }
  }

  @Override
  public void close() {
    if (overlay == Overlay.NONE) {
      weights.close();
    }
  }
}

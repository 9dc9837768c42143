package palimpsest.torch.diffusion.vae;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.unet.Layers;
import palimpsest.torch.diffusion.unet.Overlay;
import palimpsest.torch.diffusion.unet.Window;

/**
 * The variational autoencoder of Stable Diffusion in float32: images from -1 to 1 to latents of an
 * eighth of their sides, and back.
 *
 * <p>Tensor names are those of diffusers.
 *
 * @see <a href="https://arxiv.org/abs/2112.10752">Rombach et al. 2022</a>
 */
public final class Autoencoder implements AutoCloseable {
  private static final double LEAST = -30;
  private static final double MOST = 20;

  private final AutoencoderConfig config;
  private final Weights weights;
  private final Layers layers;
  private final Encoder encoder;
  private final Decoder decoder;

  /** Takes ownership of the weights, whose names and shapes are those of the configuration. */
  public Autoencoder(AutoencoderConfig config, Weights weights) {
    this.config = config;
    this.weights = weights;
    this.layers = new Layers(weights, Overlay.NONE);
    this.encoder = new Encoder(config);
    this.decoder = new Decoder(config);
  }

  public AutoencoderConfig config() {
    return config;
  }

  public Weights weights() {
    return weights;
  }

  /**
   * The latent distribution of images, gradients recorded; logarithms of variances are cut to -30
   * to 20.
   *
   * @param images (B, in, H, W), values from -1 to 1
   * @return of shape (B, latent, H', W'), where each resolution halves H and W, rounded down
   * @throws InvalidRequest if the shape does not fit the configuration
   */
  public Gaussian encode(Tensor images) {
    requireChannels(images, config.inChannels(), "images");
    Tensor both = // (B, 2 latent, H', W')
        Scopes.compute(
            () -> {
              Tensor h = encoder.forward(layers, channelsLast(images));
              Tensor moments =
                  config.quantConv() ? layers.conv(h, AutoencoderConfig.QUANT, Window.POINT) : h;
              return moments.contiguous();
            });
    long latent = config.latentChannels();
    Tensor logVariance =
        both.narrow(1, latent, latent)
            .clamp(new ScalarOptional(new Scalar(LEAST)), new ScalarOptional(new Scalar(MOST)));
    return new Gaussian(both.narrow(1, 0, latent), logVariance);
  }

  /**
   * The images of latents, gradients recorded.
   *
   * @param latents (B, latent, H', W'), unscaled
   * @return (B, out, H, W), values about -1 to 1, not cut
   * @throws InvalidRequest if the shape does not fit the configuration
   */
  public Tensor decode(Tensor latents) {
    requireChannels(latents, config.latentChannels(), "latents");
    return Scopes.compute(
        () -> {
          Tensor z = channelsLast(latents);
          Tensor h =
              config.postQuantConv()
                  ? layers.conv(z, AutoencoderConfig.POST_QUANT, Window.POINT)
                  : z;
          return decoder.forward(layers, h).contiguous();
        });
  }

  /** {@code (z - shift) scaling}: latents as a denoiser takes them. */
  public Tensor scaled(Tensor latents) {
    return latents.sub(new Scalar(config.shift())).mul(new Scalar(config.scaling()));
  }

  /** {@code z / scaling + shift}: a denoiser's latents as they are decoded. */
  public Tensor unscaled(Tensor latents) {
    return latents.div(new Scalar(config.scaling())).add(new Scalar(config.shift()));
  }

  private static Tensor channelsLast(Tensor x) {
    return x.contiguous(torch.MemoryFormat.ChannelsLast);
  }

  private static void requireChannels(Tensor x, int channels, String what) {
    if (x.dim() != 4 || x.size(1) != channels) {
      throw new InvalidRequest(
          what
              + " must be of shape (B, "
              + channels
              + ", H, W), got "
              + Arrays.toString(x.sizes().vec().get()));
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}

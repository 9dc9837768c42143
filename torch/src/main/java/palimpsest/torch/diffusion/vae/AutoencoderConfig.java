package palimpsest.torch.diffusion.vae;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.diffusion.unet.Groups;
import palimpsest.torch.diffusion.unet.TensorShapes;

/**
 * The shape of an autoencoder, as the config.json of diffusers' {@code AutoencoderKL} states it.
 *
 * @param sampleSize side of the images it was trained on
 * @param inChannels of an image that is encoded, 1 to 1024
 * @param outChannels of an image that is decoded, 1 to 1024
 * @param latentChannels of a latent, 1 to 1024
 * @param channels of the resolutions from the finest, each half as wide as the one before; 1 to 8
 *     of them, up to 16384 each
 * @param layers residual blocks at each resolution of the encoder; one more in the decoder; 1 to 64
 * @param groups of all normalisations; ε is 1e-6
 * @param scaling factor of latents before they go to a denoiser, positive
 * @param shift what is subtracted from latents before they are scaled, 0 where not stated
 * @param quantConv whether a convolution of 1 x 1 follows the encoder
 * @param postQuantConv whether one precedes the decoder
 * @param original the JSON that this was read from, {@code {}} where it was not read
 */
public record AutoencoderConfig(
    int sampleSize,
    int inChannels,
    int outChannels,
    int latentChannels,
    List<Integer> channels,
    int layers,
    int groups,
    double scaling,
    double shift,
    boolean quantConv,
    boolean postQuantConv,
    String original) {
  static final String QUANT = "quant_conv";
  static final String POST_QUANT = "post_quant_conv";
  private static final double EPS = 1e-6;
  private static final int MOST_CHANNELS = 1 << 14;
  private static final int MOST_IMAGE_CHANNELS = 1024;

  public AutoencoderConfig {
    channels = List.copyOf(channels);
    within(sampleSize, 1 << 16, "sample_size");
    within(inChannels, MOST_IMAGE_CHANNELS, "in_channels");
    within(outChannels, MOST_IMAGE_CHANNELS, "out_channels");
    within(latentChannels, MOST_IMAGE_CHANNELS, "latent_channels");
    within(channels.size(), 8, "number of block_out_channels");
    within(layers, 64, "layers_per_block");
    within(groups, MOST_CHANNELS, "norm_num_groups");
    for (int width : channels) {
      within(width, MOST_CHANNELS, "block_out_channels");
      if (width % groups != 0) {
        throw new InvalidRequest(
            "block_out_channels must be multiples of norm_num_groups " + groups + ", got " + width);
      }
    }
    Check.positive(scaling, "scaling_factor");
    if (!Double.isFinite(shift)) {
      throw new InvalidRequest("shift_factor must be finite, got " + shift);
    }
  }

  private static void within(int value, int most, String what) {
    Check.atLeast(value, 1, what);
    if (value > most) {
      throw new InvalidRequest(what + " must be at most " + most + ", got " + value);
    }
  }

  /**
   * Reads a config.json.
   *
   * @throws palimpsest.api.CorruptArtifact if it is not a readable, sound configuration
   * @throws palimpsest.api.UnsupportedModel if it asks for something that is not computed here
   */
  public static AutoencoderConfig read(Path file) {
    return AutoencoderConfigJson.read(JsonFile.read(file), file.toString());
  }

  /** Writes a config.json that diffusers loads, replacing one that is there. */
  public void writeTo(Path file) {
    JsonFile.write(file, AutoencoderConfigJson.write(this));
  }

  /** How all normalisations divide channels. */
  Groups normalisation() {
    return new Groups(groups, EPS);
  }

  /** Names and shapes of the weights, in the order in which diffusers makes them; unmodifiable. */
  public Map<String, List<Long>> tensors() {
    TensorShapes shapes = new TensorShapes();
    new Encoder(this).declare(shapes);
    new Decoder(this).declare(shapes);
    if (quantConv) {
      shapes.conv(QUANT, 2L * latentChannels, 2L * latentChannels, 1);
    }
    if (postQuantConv) {
      shapes.conv(POST_QUANT, latentChannels, latentChannels, 1);
    }
    return shapes.all();
  }

  /** The JSON that this was read from. */
  ObjectNode originalJson() {
    try {
      return (ObjectNode) new ObjectMapper().readTree(original);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("original config is not JSON", e);
    }
  }
}

package palimpsest.torch.diffusion.unet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.diffusion.TextMap;

/**
 * The shape of a text-conditioned U-Net, as the config.json of diffusers' {@code
 * UNet2DConditionModel} states it.
 *
 * @param sampleSize side of the images or latents it was trained on, absent where not stated
 * @param inChannels of what it is given, 1 to 1024
 * @param outChannels of what it predicts, 1 to 1024
 * @param stages resolutions from the finest, each half as wide as the one before; 1 to 8
 * @param textWidth E, width of the text states, {@code cross_attention_dim}
 * @param linearProjection whether transformers are entered by linear maps, not by convolutions
 * @param groups of all normalisations but the transformers', whose ε is 1e-6
 * @param waves how a timestep becomes a vector as wide as the first stage
 * @param downsamplePadding 1, or 0 for one-sided padding
 * @param added what SDXL reads besides the text states, absent for others
 * @param original the JSON that this was read from, {@code {}} where it was not read
 */
public record UNetConfig(
    OptionalInt sampleSize,
    int inChannels,
    int outChannels,
    List<Stage> stages,
    int textWidth,
    boolean linearProjection,
    Groups groups,
    TimeEmbedding.Waves waves,
    int downsamplePadding,
    Optional<AddedText> added,
    String original) {
  private static final int MOST_CHANNELS = 1 << 14;
  private static final int MOST_IMAGE_CHANNELS = 1024;
  private static final int MOST_FOLD = 18; // 3 x 18 x 18 channels are within the most
  private static final int MOST_STAGES = 8;
  private static final int MOST_BLOCKS = 64;
  private static final int WIDEST_TEXT = 1 << 16;

  public UNetConfig {
    stages = List.copyOf(stages);
    within(stages.size(), MOST_STAGES, "number of down_block_types");
    within(inChannels, MOST_IMAGE_CHANNELS, "in_channels");
    within(outChannels, MOST_IMAGE_CHANNELS, "out_channels");
    within(textWidth, WIDEST_TEXT, "cross_attention_dim");
    within(groups.count(), MOST_CHANNELS, "norm_num_groups");
    sampleSize.ifPresent(side -> within(side, 1 << 16, "sample_size"));
    require(groups.eps() > 0 && groups.eps() < 1, "norm_eps must be in (0, 1)", groups.eps());
    require(
        downsamplePadding == 0 || downsamplePadding == 1,
        "downsample_padding must be 0 or 1",
        downsamplePadding);
    for (Stage stage : stages) {
      require(
          stage.channels % groups.count() == 0,
          "block_out_channels must be multiples of norm_num_groups " + groups.count(),
          stage.channels);
    }
    int first = stages.get(0).channels;
    require(waves.width() == first, "timesteps must be as wide as the first stage", waves.width());
    requireWaves(first, waves.shift());
    added.ifPresent(more -> requireWaves(more.timeWidth, waves.shift()));
  }

  /**
   * One resolution.
   *
   * @param channels C, 1 to 16384, a multiple of {@code heads}
   * @param layers residual blocks on the way down; one more on the way up; 1 to 64
   * @param attendsDown whether text enters on the way down
   * @param attendsUp whether text enters on the way up
   * @param heads of each attention; diffusers' field is called {@code attention_head_dim}
   * @param blocks transformer blocks after each residual block, 1 to 64
   */
  public record Stage(
      int channels, int layers, boolean attendsDown, boolean attendsUp, int heads, int blocks) {
    public Stage {
      within(channels, MOST_CHANNELS, "block_out_channels");
      within(layers, MOST_BLOCKS, "layers_per_block");
      within(heads, channels, "attention_head_dim");
      within(blocks, MOST_BLOCKS, "transformer_layers_per_block");
      require(
          channels % heads == 0,
          "block_out_channels must be multiples of attention_head_dim " + heads,
          channels);
    }
  }

  /**
   * A pooled text and sizes of the image.
   *
   * @param timeWidth width of the vector of each size, {@code addition_time_embed_dim}
   * @param inputWidth of all of them and the pooled text, {@code
   *     projection_class_embeddings_input_dim}
   */
  public record AddedText(int timeWidth, int inputWidth) {
    public AddedText {
      within(timeWidth, MOST_CHANNELS, "addition_time_embed_dim");
      within(inputWidth, WIDEST_TEXT, "projection_class_embeddings_input_dim");
    }
  }

  /** {@link #pixels(int, int, List, int)} of pixels as they are. */
  public static UNetConfig pixels(int side, List<Integer> channels, int textWidth) {
    return pixels(side, 1, channels, textWidth);
  }

  /**
   * A model of images themselves that is to be trained from scratch: text enters at all resolutions
   * but that of whole pixels, heads are 32 wide where that divides, one residual block for each
   * resolution.
   *
   * @param side of an image in pixels, a multiple of {@code fold} times the coarsest resolution's
   *     step
   * @param fold p: p x p pixels are read as 3 p² channels of one place
   * @param channels of the stages from the finest, multiples of 16; from the second on multiples of
   *     32
   * @param textWidth E
   */
  public static UNetConfig pixels(int side, int fold, List<Integer> channels, int textWidth) {
    within(fold, MOST_FOLD, "pixels folded to a side of a place");
    within(channels.size(), MOST_STAGES, "number of stages");
    List<Stage> stages =
        IntStream.range(0, channels.size())
            .mapToObj(
                i -> {
                  boolean attends = i > 0 || fold > 1;
                  int heads = Math.max(1, channels.get(i) / 32);
                  return new Stage(channels.get(i), 1, attends, attends, heads, 1);
                })
            .toList();
    int coarsest = Math.multiplyExact(fold, 1 << (channels.size() - 1));
    require(
        side % coarsest == 0,
        "side must be a multiple of " + coarsest + " to be folded and to halve at every stage",
        side);
    int read = Math.multiplyExact(3, Math.multiplyExact(fold, fold));
    return new UNetConfig(
        OptionalInt.of(side / fold),
        read,
        read,
        stages,
        textWidth,
        true,
        new Groups(channels.get(0) / 8, 1e-5),
        new TimeEmbedding.Waves(channels.get(0), true, 0),
        1,
        Optional.empty(),
        "{}");
  }

  /**
   * Reads a config.json.
   *
   * @throws palimpsest.api.CorruptArtifact if it is not a readable, sound configuration
   * @throws palimpsest.api.UnsupportedModel if it asks for something that is not computed here
   */
  public static UNetConfig read(Path file) {
    return UNetConfigJson.read(JsonFile.read(file), file.toString());
  }

  /** The configuration that an object states; {@code where} is what messages call it. */
  public static UNetConfig of(ObjectNode json, String where) {
    return UNetConfigJson.read(json, where);
  }

  /** Writes a config.json that diffusers loads, replacing one that is there. */
  public void writeTo(Path file) {
    JsonFile.write(file, UNetConfigJson.write(this));
  }

  /** Keys and values of every cross-attention: down, middle, up. */
  public List<TextMap> textMaps() {
    return new UNetParts(this).textMaps();
  }

  /** Names and shapes of the weights, in the order in which diffusers makes them; unmodifiable. */
  public Map<String, List<Long>> tensors() {
    TensorShapes shapes = new TensorShapes();
    new UNetParts(this).declare(shapes);
    return shapes.all();
  }

  /** Number of parameters. */
  public long parameters() {
    return tensors().values().stream()
        .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
        .reduce(0, Math::addExact);
  }

  private static void within(int value, int most, String what) {
    Check.atLeast(value, 1, what);
    require(value <= most, what + " must be at most " + most, value);
  }

  private static void requireWaves(int width, double shift) {
    require(width % 2 == 0, "vectors of timesteps must have an even width", width);
    require(
        Double.isFinite(shift) && shift >= 0 && shift < width / 2.0,
        "freq_shift must be from 0 to below " + width / 2.0,
        shift);
  }

  private static void require(boolean holds, String message, Number got) {
    if (!holds) {
      throw new InvalidRequest(message + ", got " + got);
    }
  }
}

package palimpsest.torch.diffusion.unet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import palimpsest.torch.diffusion.TextMap;

/** The parts of a U-Net, put together as its configuration says. */
final class UNetParts implements Part {
  static final String CONV_IN = "conv_in";
  static final String NORM_OUT = "conv_norm_out";
  static final String CONV_OUT = "conv_out";
  private static final int TIME_WIDENING = 4;

  private final UNetConfig config;
  private final int timeWidth;
  private final TimeEmbedding time;
  private final Optional<TimeEmbedding> added;
  private final List<DownBlock> down = new ArrayList<>();
  private final MidBlock mid;
  private final List<UpBlock> up = new ArrayList<>();

  UNetParts(UNetConfig config) {
    this.config = config;
    int first = config.stages().get(0).channels();
    timeWidth = TIME_WIDENING * first;
    time = new TimeEmbedding("time_embedding", first, timeWidth);
    added =
        config
            .added()
            .map(more -> new TimeEmbedding("add_embedding", more.inputWidth(), timeWidth));
    int stages = config.stages().size();
    for (int i = 0; i < stages; i++) {
      down.add(down(i));
    }
    mid = lowest();
    for (int i = 0; i < stages; i++) {
      up.add(up(i));
    }
  }

  private DownBlock down(int i) {
    String at = "down_blocks." + i;
    UNetConfig.Stage stage = config.stages().get(i);
    List<ResnetBlock> resnets = new ArrayList<>();
    List<SpatialTransformer> transformers = new ArrayList<>();
    int in = config.stages().get(Math.max(0, i - 1)).channels();
    for (int j = 0; j < stage.layers(); j++) {
      resnets.add(resnet(at + ".resnets." + j, j == 0 ? in : stage.channels(), stage));
      if (stage.attendsDown()) {
        transformers.add(transformer(at + ".attentions." + j, stage));
      }
    }
    boolean lowest = i == config.stages().size() - 1;
    return new DownBlock(
        resnets,
        transformers,
        lowest
            ? Optional.empty()
            : Optional.of(
                new Downsample(
                    at + ".downsamplers.0", stage.channels(), config.downsamplePadding())));
  }

  private MidBlock lowest() {
    UNetConfig.Stage lowest = config.stages().get(config.stages().size() - 1);
    return new MidBlock(
        resnet("mid_block.resnets.0", lowest.channels(), lowest),
        transformer("mid_block.attentions.0", lowest),
        resnet("mid_block.resnets.1", lowest.channels(), lowest));
  }

  /** The i-th from the lowest: its first block sees what comes from below, its last what i left. */
  private UpBlock up(int i) {
    String at = "up_blocks." + i;
    int place = config.stages().size() - 1 - i;
    UNetConfig.Stage stage = config.stages().get(place);
    int below = config.stages().get(Math.min(place + 1, config.stages().size() - 1)).channels();
    int above = config.stages().get(Math.max(place - 1, 0)).channels();
    List<ResnetBlock> resnets = new ArrayList<>();
    List<SpatialTransformer> transformers = new ArrayList<>();
    for (int j = 0; j <= stage.layers(); j++) {
      int own = j == 0 ? below : stage.channels();
      int skipped = j == stage.layers() ? above : stage.channels();
      resnets.add(resnet(at + ".resnets." + j, own + skipped, stage));
      if (stage.attendsUp()) {
        transformers.add(transformer(at + ".attentions." + j, stage));
      }
    }
    return new UpBlock(
        resnets,
        transformers,
        place == 0
            ? Optional.empty()
            : Optional.of(new Upsample(at + ".upsamplers.0", stage.channels())));
  }

  private ResnetBlock resnet(String name, int in, UNetConfig.Stage stage) {
    return new ResnetBlock(name, in, stage.channels(), timeWidth, config.groups());
  }

  private SpatialTransformer transformer(String name, UNetConfig.Stage stage) {
    return SpatialTransformer.of(
        name,
        config.groups().count(),
        stage.channels(),
        new SpatialTransformer.Depth(
            config.linearProjection(), stage.heads(), config.textWidth(), stage.blocks()));
  }

  @Override
  public void declare(TensorShapes shapes) {
    int first = config.stages().get(0).channels();
    shapes.conv(CONV_IN, config.inChannels(), first, 3);
    time.declare(shapes);
    added.ifPresent(part -> part.declare(shapes));
    down.forEach(block -> block.declare(shapes));
    mid.declare(shapes);
    up.forEach(block -> block.declare(shapes));
    shapes.norm(NORM_OUT, first).conv(CONV_OUT, first, config.outChannels(), 3);
  }

  /** The attentions by which text enters, in the network's order. */
  List<Attention> crossAttentions() {
    return Stream.of(
            down.stream().flatMap(block -> block.transformers().stream()),
            Stream.of(mid.transformer()),
            up.stream().flatMap(block -> block.transformers().stream()))
        .flatMap(transformers -> transformers)
        .flatMap(transformer -> transformer.blocks().stream())
        .flatMap(block -> block.cross().stream())
        .toList();
  }

  /** Their keys and values. */
  List<TextMap> textMaps() {
    List<TextMap> maps = new ArrayList<>();
    for (Attention attention : crossAttentions()) {
      maps.add(new TextMap(attention.keys(), Optional.empty(), TextMap.Role.KEY));
      maps.add(new TextMap(attention.values(), Optional.empty(), TextMap.Role.VALUE));
    }
    return List.copyOf(maps);
  }

  TimeEmbedding time() {
    return time;
  }

  Optional<TimeEmbedding> added() {
    return added;
  }

  List<DownBlock> down() {
    return down;
  }

  MidBlock mid() {
    return mid;
  }

  List<UpBlock> up() {
    return up;
  }
}

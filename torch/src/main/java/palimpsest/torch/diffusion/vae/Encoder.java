package palimpsest.torch.diffusion.vae;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.diffusion.unet.Cues;
import palimpsest.torch.diffusion.unet.Downsample;
import palimpsest.torch.diffusion.unet.Layers;
import palimpsest.torch.diffusion.unet.ResnetBlock;
import palimpsest.torch.diffusion.unet.TensorShapes;
import palimpsest.torch.diffusion.unet.Window;

/**
 * Images to the two parameters of a latent distribution.
 *
 * @param config of the whole autoencoder
 */
record Encoder(AutoencoderConfig config) implements Coder {
  private static final String CONV_IN = "encoder.conv_in";
  private static final String NORM_OUT = "encoder.conv_norm_out";
  private static final String CONV_OUT = "encoder.conv_out";

  private List<ResnetBlock> resnets(int stage) {
    List<ResnetBlock> blocks = new ArrayList<>();
    int in = config.channels().get(Math.max(0, stage - 1));
    int out = config.channels().get(stage);
    for (int j = 0; j < config.layers(); j++) {
      String name = "encoder.down_blocks." + stage + ".resnets." + j;
      blocks.add(new ResnetBlock(name, j == 0 ? in : out, out, 0, config.normalisation()));
    }
    return blocks;
  }

  /** To the next resolution; empty at the last. */
  private List<Downsample> down(int stage) {
    String name = "encoder.down_blocks." + stage + ".downsamplers.0";
    return stage == config.channels().size() - 1
        ? List.of()
        : List.of(new Downsample(name, config.channels().get(stage), 0));
  }

  private int lowest() {
    return config.channels().get(config.channels().size() - 1);
  }

  private MiddleBlock middle() {
    return MiddleBlock.of("encoder.mid_block", lowest(), config.normalisation());
  }

  @Override
  public void declare(TensorShapes shapes) {
    shapes.conv(CONV_IN, config.inChannels(), config.channels().get(0), 3);
    for (int i = 0; i < config.channels().size(); i++) {
      resnets(i).forEach(block -> block.declare(shapes));
      down(i).forEach(part -> part.declare(shapes));
    }
    middle().declare(shapes);
    shapes.norm(NORM_OUT, lowest()).conv(CONV_OUT, lowest(), 2L * config.latentChannels(), 3);
  }

  @Override
  public List<UnaryOperator<Tensor>> steps(Layers layers) {
    List<UnaryOperator<Tensor>> steps = new ArrayList<>();
    steps.add(x -> layers.conv(x, CONV_IN, Window.SAME));
    for (int i = 0; i < config.channels().size(); i++) {
      resnets(i).forEach(block -> steps.add(x -> block.forward(layers, x, Cues.NONE)));
      down(i).forEach(part -> steps.add(x -> part.forward(layers, x)));
    }
    steps.add(x -> middle().forward(layers, x, Cues.NONE));
    steps.add(x -> layers.activated(x, NORM_OUT, config.normalisation()));
    steps.add(x -> layers.conv(x, CONV_OUT, Window.SAME)); // (B, 2 latent, H', W')
    return steps;
  }
}

package palimpsest.torch.diffusion.vae;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.diffusion.unet.Cues;
import palimpsest.torch.diffusion.unet.Layers;
import palimpsest.torch.diffusion.unet.ResnetBlock;
import palimpsest.torch.diffusion.unet.TensorShapes;
import palimpsest.torch.diffusion.unet.Upsample;
import palimpsest.torch.diffusion.unet.Window;

/**
 * Latents to images.
 *
 * @param config of the whole autoencoder
 */
record Decoder(AutoencoderConfig config) implements Coder {
  private static final String CONV_IN = "decoder.conv_in";
  private static final String NORM_OUT = "decoder.conv_norm_out";
  private static final String CONV_OUT = "decoder.conv_out";

  /** Channels of the i-th resolution from the lowest. */
  private int channels(int i) {
    return config.channels().get(config.channels().size() - 1 - i);
  }

  private List<ResnetBlock> resnets(int i) {
    List<ResnetBlock> blocks = new ArrayList<>();
    int in = channels(Math.max(0, i - 1));
    int out = channels(i);
    for (int j = 0; j <= config.layers(); j++) {
      String name = "decoder.up_blocks." + i + ".resnets." + j;
      blocks.add(new ResnetBlock(name, j == 0 ? in : out, out, 0, config.normalisation()));
    }
    return blocks;
  }

  /** To the next resolution; empty at the last. */
  private List<Upsample> up(int i) {
    return i == config.channels().size() - 1
        ? List.of()
        : List.of(new Upsample("decoder.up_blocks." + i + ".upsamplers.0", channels(i)));
  }

  private int finest() {
    return config.channels().get(0);
  }

  private MiddleBlock middle() {
    return MiddleBlock.of("decoder.mid_block", channels(0), config.normalisation());
  }

  @Override
  public void declare(TensorShapes shapes) {
    shapes.conv(CONV_IN, config.latentChannels(), channels(0), 3);
    middle().declare(shapes);
    for (int i = 0; i < config.channels().size(); i++) {
      resnets(i).forEach(block -> block.declare(shapes));
      up(i).forEach(part -> part.declare(shapes));
    }
    shapes.norm(NORM_OUT, finest()).conv(CONV_OUT, finest(), config.outChannels(), 3);
  }

  @Override
  public List<UnaryOperator<Tensor>> steps(Layers layers) {
    List<UnaryOperator<Tensor>> steps = new ArrayList<>();
    steps.add(x -> layers.conv(x, CONV_IN, Window.SAME));
    steps.add(x -> middle().forward(layers, x, Cues.NONE));
    for (int i = 0; i < config.channels().size(); i++) {
      resnets(i).forEach(block -> steps.add(x -> block.forward(layers, x, Cues.NONE)));
      up(i).forEach(part -> steps.add(x -> part.forward(layers, x)));
    }
    steps.add(x -> layers.activated(x, NORM_OUT, config.normalisation()));
    steps.add(x -> layers.conv(x, CONV_OUT, Window.SAME)); // (B, out, H, W)
    return steps;
  }
}

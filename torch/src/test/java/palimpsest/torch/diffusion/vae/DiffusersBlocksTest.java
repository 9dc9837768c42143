package palimpsest.torch.diffusion.vae;

import static org.bytedeco.pytorch.global.torch.manual_seed;
import static org.bytedeco.pytorch.global.torch.randn;
import static org.bytedeco.pytorch.global.torch.silu;

import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.unet.Cues;
import palimpsest.torch.diffusion.unet.Downsample;
import palimpsest.torch.diffusion.unet.Groups;
import palimpsest.torch.diffusion.unet.Layers;
import palimpsest.torch.diffusion.unet.Overlay;
import palimpsest.torch.diffusion.unet.Part;
import palimpsest.torch.diffusion.unet.ResnetBlock;
import palimpsest.torch.diffusion.unet.Seeded;
import palimpsest.torch.diffusion.unet.TensorShapes;
import palimpsest.torch.diffusion.unet.Upsample;

/** The seeded constants of diffusers' tests/models/unets/test_unet_2d_blocks.py, 58eb52c0. */
class DiffusersBlocksTest {
  private static final Groups GROUPS = new Groups(32, 1e-6);

  /** Parts that are made one after another. */
  private record Both(Part first, Part second) implements Part {
    @Override
    public void declare(TensorShapes shapes) {
      first.declare(shapes);
      second.declare(shapes);
    }
  }

  @Test
  void middleBlock_oneHeadForEachChannel_equalsConstants() {
    manual_seed(0);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor sample = randn(4, 32, 32, 32);
      Cues cues = new Cues(Optional.of(silu(randn(4, 128))), Optional.empty());
      MiddleBlock part =
          new MiddleBlock(
              new ResnetBlock("resnets.0", 32, 32, 128, GROUPS),
              new ImageAttention("attentions.0", 32, 32, GROUPS),
              new ResnetBlock("resnets.1", 32, 32, 128, GROUPS));
      try (Weights weights = Seeded.draw(part)) {
        weights.recordGradients(false);
        Seeded.requireLast(
            part.forward(new Layers(weights, Overlay.NONE), sample, cues),
            -0.1062,
            1.7248,
            0.3494,
            1.4569,
            -0.0910,
            -1.2421,
            -0.9984,
            0.6736,
            1.0028);
      }
    }
  }

  @Test
  void encoderBlock_halving_equalsConstants() {
    manual_seed(0);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor sample = randn(4, 32, 32, 32);
      ResnetBlock resnet = new ResnetBlock("resnets.0", 32, 32, 0, GROUPS);
      Downsample down = new Downsample("downsamplers.0", 32, 1);
      try (Weights weights = Seeded.draw(new Both(resnet, down))) {
        weights.recordGradients(false);
        Layers layers = new Layers(weights, Overlay.NONE);
        Seeded.requireLast(
            down.forward(layers, resnet.forward(layers, sample, Cues.NONE)),
            1.1102,
            0.5302,
            0.4872,
            -0.0023,
            -0.8042,
            0.0483,
            -0.3489,
            -0.5632,
            0.7626);
      }
    }
  }

  @Test
  void decoderBlock_doubling_equalsConstants() {
    manual_seed(0);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor sample = randn(4, 32, 32, 32);
      ResnetBlock resnet = new ResnetBlock("resnets.0", 32, 32, 0, GROUPS);
      Upsample up = new Upsample("upsamplers.0", 32);
      try (Weights weights = Seeded.draw(new Both(resnet, up))) {
        weights.recordGradients(false);
        Layers layers = new Layers(weights, Overlay.NONE);
        Seeded.requireLast(
            up.forward(layers, resnet.forward(layers, sample, Cues.NONE)),
            0.4404,
            0.1998,
            -0.9886,
            -0.3320,
            -0.3128,
            -0.7034,
            -0.6955,
            -0.2338,
            -0.3137);
      }
    }
  }
}

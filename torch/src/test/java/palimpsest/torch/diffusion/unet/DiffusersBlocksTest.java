package palimpsest.torch.diffusion.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.arange;
import static org.bytedeco.pytorch.global.torch.manual_seed;
import static org.bytedeco.pytorch.global.torch.randn;
import static org.bytedeco.pytorch.global.torch.silu;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import palimpsest.torch.Weights;

/**
 * The seeded constants of diffusers' own tests of blocks, commit 58eb52c0: tests/models/
 * test_layers_utils.py and tests/models/unets/test_unet_2d_blocks.py.
 */
class DiffusersBlocksTest {
  private static final Groups GROUPS = new Groups(32, 1e-6);
  private static final int TIME = 128;

  private final PointerScope scope = new PointerScope();
  private final AutoGradMode off = new AutoGradMode(false);

  @BeforeEach
  void seed() {
    manual_seed(0);
  }

  @AfterEach
  void free() {
    off.close();
    scope.close();
  }

  /** Draws the parameters of a part and runs it. */
  private static Tensor run(Part part, Function<Layers, Tensor> pass) {
    try (Weights weights = Seeded.draw(part)) {
      weights.recordGradients(false);
      return pass.apply(new Layers(weights, Overlay.NONE));
    }
  }

  private static Cues time(Tensor embedded) {
    return new Cues(Optional.of(silu(embedded)), Optional.empty());
  }

  private static ResnetBlock resnet(int in) {
    return new ResnetBlock("resnets.0", in, 32, TIME, GROUPS);
  }

  private static SpatialTransformer transformer(int channels, int heads, int textWidth) {
    return SpatialTransformer.of(
        "attentions.0", 32, channels, new SpatialTransformer.Depth(false, heads, textWidth, 1));
  }

  @Test
  void upsample_withConvolution_equalsConstants() {
    Tensor sample = randn(1, 32, 32, 32);
    Upsample part = new Upsample("up", 32);
    Seeded.requireLast(
        run(part, layers -> part.forward(layers, sample)),
        0.7145,
        1.3773,
        0.3492,
        0.8448,
        1.0839,
        -0.3341,
        0.5956,
        0.1250,
        -0.4841);
  }

  @Test
  void downsample_withConvolution_equalsConstants() {
    Tensor sample = randn(1, 32, 64, 64);
    Downsample part = new Downsample("down", 32, 1);
    Seeded.requireLast(
        run(part, layers -> part.forward(layers, sample)),
        0.9267,
        0.5878,
        0.3337,
        1.2321,
        -0.1191,
        -0.3984,
        -0.7532,
        -0.0715,
        -0.3913);
  }

  @Test
  void resnet_default_equalsConstants() {
    Tensor sample = randn(1, 32, 64, 64);
    Cues cues = time(randn(1, TIME));
    ResnetBlock part = resnet(32);
    Seeded.requireLast(
        run(part, layers -> part.forward(layers, sample, cues)),
        -1.9010,
        -0.2974,
        -0.8245,
        -1.3533,
        0.8742,
        -0.9645,
        -2.0584,
        1.3387,
        -0.4746);
  }

  @Test
  void transformer_withoutText_equalsConstants() {
    Tensor sample = randn(1, 32, 64, 64);
    SpatialTransformer part = transformer(32, 1, 0);
    Seeded.requireLast(
        run(part, layers -> part.forward(layers, sample, Cues.NONE)),
        -1.9455,
        -0.0066,
        -1.3933,
        -1.5878,
        0.5325,
        -0.6486,
        -1.8648,
        0.7515,
        -0.9689);
  }

  /** The test of dropout, which is off in evaluation: two heads. */
  @Test
  void transformer_twoHeads_equalsConstants() {
    Tensor sample = randn(1, 32, 64, 64);
    SpatialTransformer part = transformer(32, 2, 0);
    Seeded.requireLast(
        run(part, layers -> part.forward(layers, sample, Cues.NONE)),
        -1.9380,
        -0.0083,
        -1.3771,
        -1.5819,
        0.5209,
        -0.6441,
        -1.8545,
        0.7563,
        -0.9615);
  }

  @Test
  void transformer_withText_equalsConstants() {
    Tensor sample = randn(1, 64, 64, 64);
    SpatialTransformer part = transformer(64, 2, 64);
    Seeded.requireLast(
        run(
            part,
            layers -> { // the text is drawn after the parameters
              Cues cues = new Cues(Optional.empty(), Optional.of(randn(1, 4, 64)));
              return part.forward(layers, sample, cues);
            }),
        0.0143,
        -0.6909,
        -2.1547,
        -1.8893,
        1.4097,
        0.1359,
        -0.2521,
        -1.3359,
        0.2598);
  }

  @Test
  void downBlock_plain_equalsConstants() {
    Tensor sample = randn(4, 32, 32, 32);
    Cues cues = time(randn(4, TIME));
    DownBlock part =
        new DownBlock(
            List.of(resnet(32)), List.of(), Optional.of(new Downsample("downsamplers.0", 32, 1)));
    Deque<Tensor> skips = new ArrayDeque<>();
    Seeded.requireLast(
        run(part, layers -> part.forward(layers, sample, cues, skips)),
        -0.0232,
        -0.9869,
        0.8054,
        -0.0637,
        -0.1688,
        -1.4264,
        0.4470,
        -1.3394,
        0.0904);
    assertThat(skips).hasSize(2);
  }

  @Test
  void downBlock_withTransformer_equalsConstants() {
    Tensor sample = randn(4, 32, 32, 32);
    Cues cues = time(randn(4, TIME));
    DownBlock part =
        new DownBlock(
            List.of(resnet(32)),
            List.of(transformer(32, 1, 32)),
            Optional.of(new Downsample("downsamplers.0", 32, 1)));
    Seeded.requireLast(
        run(part, layers -> part.forward(layers, sample, cues, new ArrayDeque<>())),
        0.2238,
        -0.7396,
        -0.2255,
        -0.3829,
        0.1925,
        1.1665,
        0.0603,
        -0.7295,
        0.1983);
  }

  @Test
  void midBlock_withTransformer_equalsConstants() {
    Tensor sample = randn(4, 32, 32, 32);
    Cues cues = time(randn(4, TIME));
    ResnetBlock last = new ResnetBlock("resnets.1", 32, 32, TIME, GROUPS);
    MidBlock part = new MidBlock(resnet(32), transformer(32, 1, 32), last);
    Seeded.requireLast(
        run(part, layers -> part.forward(layers, sample, cues)),
        0.0187,
        2.4220,
        0.4484,
        1.1203,
        -0.6121,
        -1.5122,
        -0.8270,
        0.7851,
        1.8335);
  }

  @Test
  void upBlock_plain_equalsConstants() {
    Seeded.requireLast(
        up(List.of()),
        -0.2041,
        -0.4165,
        -0.3022,
        0.0041,
        -0.6628,
        -0.7053,
        0.1928,
        -0.0325,
        0.0523);
  }

  @Test
  void upBlock_withTransformer_equalsConstants() {
    Seeded.requireLast(
        up(List.of(transformer(32, 1, 32))),
        -0.1403,
        -0.3515,
        -0.0420,
        -0.1425,
        0.3167,
        0.5094,
        -0.2181,
        0.5931,
        0.5582);
  }

  private static Tensor up(List<SpatialTransformer> transformers) {
    Tensor sample = randn(4, 32, 32, 32);
    Cues cues = time(randn(4, TIME));
    manual_seed(1);
    Deque<Tensor> skips = new ArrayDeque<>(List.of(randn(4, 32, 32, 32)));
    UpBlock part =
        new UpBlock(
            List.of(resnet(64)), transformers, Optional.of(new Upsample("upsamplers.0", 32)));
    return run(part, layers -> part.forward(layers, sample, cues, skips));
  }

  /** Rows 23 to 25, columns 47 to 49 of 128 timesteps in 64 waves. */
  @Test
  void waves_twoConventions_equalConstants() {
    Tensor timesteps = arange(new Scalar(128)).to(torch.ScalarType.Float);
    requireWaves(
        new TimeEmbedding.Waves(64, false, 1).of(timesteps),
        0.9646,
        0.9804,
        0.9892,
        0.9615,
        0.9787,
        0.9882,
        0.9582,
        0.9769,
        0.9872);
    requireWaves(
        new TimeEmbedding.Waves(64, true, 0).of(timesteps),
        0.3019,
        0.2280,
        0.1716,
        0.3146,
        0.2377,
        0.1790,
        0.3272,
        0.2474,
        0.1864);
  }

  private static void requireWaves(Tensor waves, double... expected) {
    Tensor part = waves.narrow(0, 23, 3).narrow(1, 47, 3).contiguous();
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) part.data_ptr_float().get(i)).isCloseTo(expected[i], within(1e-4));
    }
  }
}

package palimpsest.torch.diffusion.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.pytorch.global.torch.full;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import palimpsest.torch.diffusion.Guidance;
import palimpsest.torch.diffusion.SafeGuidance;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Moment;
import palimpsest.torch.diffusion.schedule.Noise;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.schedule.Sampler;
import palimpsest.torch.diffusion.schedule.Sampling;
import palimpsest.torch.diffusion.schedule.SeededNoise;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.unet.UNetConfig;
import palimpsest.torch.llm.InitialWeights;

/**
 * Drawings under several texts, held to calls of the U-Net one by one: the sampler of this test
 * takes one step at t = 500 whose result is the combined output itself.
 */
class SteeredDrawingTest {
  private static final int SIDE = 8;
  private static final long SEED = 6;
  private static final float T = 500;

  /** The finished picture is what the guidance made of the outputs. */
  private record Output(NoiseSchedule schedule) implements Sampler {
    @Override
    public Sampling begin(int steps, Noise noise) {
      return new Sampling() {
        @Override
        public List<Moment> moments() {
          return List.of(new Moment(0, T, schedule.alphaBar(500), 1));
        }

        @Override
        public double initialScale() {
          return 1;
        }

        @Override
        public Tensor step(int step, Tensor output, Tensor x) {
          return output.clone();
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public String className() {
      return "Output";
    }

    @Override
    public Map<String, Object> fields() {
      return Map.of();
    }
  }

  private final ClipTokenizer words =
      ClipTokenizer.train(List.of("a cup", "a fish", "neon style"), 530, 8);
  private TextToImage model;

  /** The last map is zero in a fresh model: here it is drawn, and its texts matter more. */
  @BeforeEach
  void model() {
    model =
        TextToImage.draw(
            UNetConfig.pixels(SIDE, List.of(16, 32), 8),
            ClipTextConfig.small(words, 8, 1, 2),
            words,
            1);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      model
          .weights()
          .tensors()
          .forEach(
              (name, tensor) -> {
                if (name.equals("unet.conv_out.weight") || name.contains("attn2.to_")) {
                  InitialWeights.uniform(tensor, 0.6, name, 3);
                }
              });
    }
  }

  @AfterEach
  void close() {
    model.close();
    words.close();
  }

  private static PixelDrawing drawing(double scale) {
    return new PixelDrawing(
        new Output(new NoiseSchedule(Betas.ddpm(), Prediction.EPSILON)), 1, scale, SEED);
  }

  private PixelDrawing.Asked asked(long sample, String... texts) {
    return new PixelDrawing.Asked(Arrays.stream(texts).map(words::encode).toList(), sample);
  }

  /** What the U-Net alone says of the start of a sample under one text. */
  private float[] said(long sample, String text) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor x = new SeededNoise(SEED, List.of(sample)).draw(Noise.START, 1, 3, SIDE, SIDE);
      Tensor t = full(new long[] {1}, new Scalar(T));
      Tensor said =
          model.unet().predict(x, t, model.conditioning(Pictures.ids(List.of(words.encode(text)))));
      float[] values = new float[3 * SIDE * SIDE];
      new FloatPointer(said.contiguous().data_ptr_float()).get(values);
      return values;
    }
  }

  /**
   * With ε_0, ε_p, ε_S of three calls: μ = min(1, s |ε_p - ε_S|) where ε_p - ε_S is below λ, else
   * 0; without momentum and warm-up the picture is ε_0 + g (ε_p - ε_0 - μ (ε_S - ε_0)), cut to [-1,
   * 1], a value v as the byte nearest to 127.5 (v + 1). g = 2, s = 5, λ = 0.01.
   */
  @Test
  void draw_bySafeGuidance_isTheFormulaOfThreeCalls() {
    SafeGuidance how = new SafeGuidance(2, 5, 0, 0.01, 0, 0);
    List<byte[]> drawn =
        drawing(2)
            .draw(
                model,
                List.of(asked(4, "", "a cup", "neon style"), asked(9, "", "a fish", "neon style")),
                how);
    List<String> prompts = List.of("a cup", "a fish");
    long[] samples = {4, 9};
    int steered = 0;
    for (int i = 0; i < 2; i++) {
      float[] empty = said(samples[i], "");
      float[] prompt = said(samples[i], prompts.get(i));
      float[] concept = said(samples[i], "neon style");
      double[] wanted = new double[empty.length];
      for (int k = 0; k < wanted.length; k++) {
        double towards = prompt[k] - concept[k];
        double mu = towards < 0.01 ? Math.min(1, 5 * Math.abs(towards)) : 0;
        double gamma = mu * (concept[k] - empty[k]);
        wanted[k] = empty[k] + 2 * (prompt[k] - empty[k] - gamma);
        steered += Math.abs(gamma) > 1.0 / 127 ? 1 : 0;
      }
      requireNear(drawn.get(i), wanted);
    }
    assertThat(steered).as("values that are steered by more than a shade").isGreaterThan(20);
  }

  /** ε_S + g (ε_p - ε_S): the concept's text in the place of the empty one, g = 2. */
  @Test
  void draw_byANegativePrompt_isGuidanceWithThatText() {
    byte[] drawn =
        drawing(7)
            .draw(model, List.of(asked(4, "neon style", "a cup")), Guidance.classifierFree(2))
            .get(0);
    float[] prompt = said(4, "a cup");
    float[] concept = said(4, "neon style");
    double[] wanted = new double[prompt.length];
    for (int k = 0; k < wanted.length; k++) {
      wanted[k] = concept[k] + 2 * (prompt[k] - concept[k]);
    }
    requireNear(drawn, wanted);
    PixelDrawing.Wanted same = new PixelDrawing.Wanted(words.encode("a cup"), 4);
    assertThat(drawing(2).draw(model, List.of(same), words.encode("neon style")).get(0))
        .isEqualTo(drawn);
    assertThat(drawing(2).draw(model, List.of(same), words.encode("")).get(0)).isNotEqualTo(drawn);
  }

  /** To the nearest byte, or one that is as near as rounding of a batch tells. */
  private static void requireNear(byte[] rgb, double... wanted) {
    int plane = SIDE * SIDE;
    for (int k = 0; k < wanted.length; k++) {
      double cut = Math.max(-1, Math.min(1, wanted[k]));
      int got = rgb[(k % plane) * 3 + k / plane] & 0xff;
      assertThat(Math.abs(got - (cut + 1) * 127.5)).as("value %s", k).isLessThan(0.51);
    }
  }
}

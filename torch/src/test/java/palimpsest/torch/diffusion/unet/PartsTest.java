package palimpsest.torch.diffusion.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import palimpsest.torch.Weights;

/** Each part on numbers that can be followed by hand. */
class PartsTest {
  private final PointerScope scope = new PointerScope();
  private final AutoGradMode off = new AutoGradMode(false);

  @AfterEach
  void free() {
    off.close();
    scope.close();
  }

  /** Parameters of a part, all zero. */
  private static Weights zeros(Part part) {
    TensorShapes shapes = new TensorShapes();
    part.declare(shapes);
    Weights weights = Weights.allocate(shapes.all());
    weights.recordGradients(false);
    weights.flat().zero_();
    return weights;
  }

  private static void set(Weights weights, String name, float... values) {
    Tensor t = weights.tensor(name);
    t.copy_(tensor(values).view(t.sizes().vec().get()));
  }

  private static Layers layers(Weights weights) {
    return new Layers(weights, Overlay.NONE);
  }

  private static void require(Tensor found, double... expected) {
    Tensor flat = found.contiguous();
    assertThat(flat.numel()).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) flat.data_ptr_float().get(i)).isCloseTo(expected[i], within(1e-5));
    }
  }

  /** Width 4: f_0 = 1, f_1 = 10000^(-1/2) = 0.01; t = 2. */
  @Test
  void waves_ofWidthFour_areByHand() {
    Tensor t = tensor(new float[] {2});
    double[] sines = {Math.sin(2), Math.sin(0.02)};
    double[] cosines = {Math.cos(2), Math.cos(0.02)};
    require(new TimeEmbedding.Waves(4, true, 0).of(t), cosines[0], cosines[1], sines[0], sines[1]);
    require(new TimeEmbedding.Waves(4, false, 0).of(t), sines[0], sines[1], cosines[0], cosines[1]);
  }

  /** Shift 1 of width 4: f_1 = 10000^(-1/(2-1)) = 0.0001. */
  @Test
  void waves_shifted_endAtTheLongestPeriod() {
    Tensor t = tensor(new float[] {5000});
    require(
        new TimeEmbedding.Waves(4, false, 1).of(t),
        Math.sin(5000),
        Math.sin(0.5),
        Math.cos(5000),
        Math.cos(0.5));
  }

  /** x = 3: silu(2 · 3 - 6) = 0, then 5 · 0 + 7 = 7. x = 4: silu(2) = 2 / (1 + e⁻²). */
  @Test
  void timeEmbedding_ofWidthOne_isByHand() {
    TimeEmbedding part = new TimeEmbedding("t", 1, 1);
    try (Weights weights = zeros(part)) {
      set(weights, "t.linear_1.weight", 2);
      set(weights, "t.linear_1.bias", -6);
      set(weights, "t.linear_2.weight", 5);
      set(weights, "t.linear_2.bias", 7);
      Tensor y = part.forward(layers(weights), tensor(new float[] {3, 4}).view(2, 1));
      require(y, 7, 7 + 5 * 2 / (1 + Math.exp(-2)));
    }
  }

  /**
   * One head of size 1, W_q = W_k = 1, W_v = 10, W_o = 2, b_o = 1; x = ln 3 asks 0 and 1, which
   * answer with scores 0 and ln 3, shares 1/4 and 3/4: 2 · (3/4 · 10) + 1 = 16.
   */
  @Test
  void attention_ofTwoTokens_isByHand() {
    Attention part = new Attention("a", 1, 1, 1, false);
    try (Weights weights = zeros(part)) {
      set(weights, "a.to_q.weight", 1);
      set(weights, "a.to_k.weight", 1);
      set(weights, "a.to_v.weight", 10);
      set(weights, "a.to_out.0.weight", 2);
      set(weights, "a.to_out.0.bias", 1);
      Tensor x = tensor(new float[] {(float) Math.log(3)}).view(1, 1, 1);
      Tensor seen = tensor(new float[] {0, 1}).view(1, 2, 1);
      require(part.forward(layers(weights), x, seen), 16);
    }
  }

  /**
   * Width 1, where norms give their shift: both attentions zero, n₃ = 2, a = 3 n₃ = 6, g = n₃ = 2
   * for the first of four; gelu(2) = 2 Φ(2) = 2 · 0.9772498681; y = x + 6 · 1.9544997 · 0.5.
   */
  @Test
  void transformerBlock_feedForwardAlone_isByHand() {
    TransformerBlock part = new TransformerBlock("b", 1, 1, 1);
    try (Weights weights = zeros(part)) {
      set(weights, "b.norm3.bias", 2);
      set(weights, "b.ff.net.0.proj.weight", 3, 0, 0, 0, 1, 0, 0, 0);
      set(weights, "b.ff.net.2.weight", 0.5f, 9, 9, 9);
      Tensor x = tensor(new float[] {0.25f}).view(1, 1, 1);
      Cues cues = new Cues(Optional.empty(), Optional.of(x));
      require(part.forward(layers(weights), x, cues), 0.25 + 6 * 2 * 0.9772498681 * 0.5);
    }
  }

  /**
   * Two channels in one group, x = (1, 3): mean 2, variance 1, so norm₁ gives (-1, 1) and silu
   * (-σ(-1), σ(1)). conv₁ takes their sum, σ(1) - σ(-1) = tanh(1/2), into channel 0, the time adds
   * 4 · 2 to channel 1. norm₂ shifts only, by 1; conv₂ takes channel 0 into channel 1: y = (1, 3 +
   * silu(1)).
   */
  @Test
  void resnetBlock_onePlace_isByHand() {
    ResnetBlock part = new ResnetBlock("r", 2, 2, 1, new Groups(1, 1e-12));
    try (Weights weights = zeros(part)) {
      set(weights, "r.norm1.weight", 1, 1);
      weights.tensor("r.conv1.weight").select(0, 0).select(1, 1).select(1, 1).add_(one());
      set(weights, "r.time_emb_proj.weight", 0, 4);
      set(weights, "r.norm2.bias", 1, 1);
      weights
          .tensor("r.conv2.weight")
          .select(0, 1)
          .select(0, 0)
          .select(0, 1)
          .select(0, 1)
          .add_(one());
      Tensor x = tensor(new float[] {1, 3}).view(1, 2, 1, 1);
      Cues cues = new Cues(Optional.of(tensor(new float[] {2}).view(1, 1)), Optional.empty());
      require(part.forward(layers(weights), x, cues), 1, 3 + 1 / (1 + Math.exp(-1)));
      set(weights, "r.norm2.weight", 1, 1);
      double sign = Math.signum(Math.tanh(0.5) - 8); // (h₀, h₁) normalised is (-1, 1) or (1, -1)
      double shown = sign + 1;
      require(part.forward(layers(weights), x, cues), 1, 3 + shown / (1 + Math.exp(-shown)));
    }
  }

  private static Scalar one() {
    return new Scalar(1);
  }

  /** The kernel's centre alone: padded by 1, places 0 and 2; padded at the end, places 1 and 3. */
  @Test
  void downsample_bothPaddings_takeOtherPlaces() {
    Tensor x = tensor(new float[] {0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33});
    Tensor image = x.view(1, 1, 4, 4);
    for (int padding = 0; padding < 2; padding++) {
      Downsample part = new Downsample("d", 1, padding);
      try (Weights weights = zeros(part)) {
        set(weights, "d.conv.weight", 0, 0, 0, 0, 1, 0, 0, 0, 0);
        double first = padding == 1 ? 0 : 11;
        require(part.forward(layers(weights), image), first, first + 2, first + 20, first + 22);
      }
    }
  }

  /** Twice the size repeats; 3 of 2 takes floor(0, 2/3, 4/3) = places 0, 0, 1. */
  @Test
  void upsample_givenSize_takesNearestBelow() {
    Upsample part = new Upsample("u", 1);
    try (Weights weights = zeros(part)) {
      set(weights, "u.conv.weight", 0, 0, 0, 0, 1, 0, 0, 0, 0);
      Tensor x = tensor(new float[] {1, 2}).view(1, 1, 1, 2);
      require(part.forward(layers(weights), x), 1, 1, 2, 2, 1, 1, 2, 2);
      require(part.forward(layers(weights), x, new long[] {1, 3}), 1, 1, 2);
    }
  }
}

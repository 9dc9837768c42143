package palimpsest.torch.diffusion.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.OptionalInt;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.diffusion.text.ClipTextConfig.Activation;

/** One layer of width 2, computed on paper. */
class ClipTextTest {
  private static final String LAYER = "text_model.encoder.layers.0.";

  private static ClipTextConfig config(Activation activation, int eos) {
    return new ClipTextConfig(
        5, 2, 1, 1, 1, 4, activation, 1e-12, OptionalInt.empty(), eos, Dtype.F32, "{}");
  }

  /**
   * Token i is (i, -i), positions and all maps are 0, gains 1: each part adds its last bias alone.
   */
  private static ClipText bare(Activation activation, int eos) {
    ClipTextConfig config = config(activation, eos);
    Weights weights = InitialClipText.draw(config, 1);
    ClipText text = new ClipText(config, weights);
    weights.tensors().forEach((name, t) -> set(text, name, new float[(int) t.numel()]));
    for (String norm : new String[] {LAYER + "layer_norm1", LAYER + "layer_norm2"}) {
      set(text, norm + ".weight", 1, 1);
    }
    set(text, "text_model.final_layer_norm.weight", 1, 1);
    set(text, "text_model.embeddings.token_embedding.weight", 0, 0, 1, -1, 2, -2, 3, -3, 4, -4);
    return text;
  }

  private static void set(ClipText text, String name, float... values) {
    try (PointerScope scope = new PointerScope()) {
      new FloatPointer(text.weights().tensor(name).data_ptr_float()).put(values);
    }
  }

  private static float[] values(Tensor t) {
    try (PointerScope scope = new PointerScope()) {
      float[] values = new float[(int) t.numel()];
      new FloatPointer(t.contiguous().data_ptr_float()).get(values);
      return values;
    }
  }

  private static void assertNear(Tensor t, double... wanted) {
    float[] got = values(t);
    assertThat(got).hasSize(wanted.length);
    for (int i = 0; i < wanted.length; i++) {
      assertThat((double) got[i]).as("value %d", i).isCloseTo(wanted[i], within(2e-6));
    }
  }

  /**
   * All maps 0, biases o of attention's output and m of the MLP's: h₁ = x + o + m. With position 1
   * at (5, 5), token 3 there is (8, 2); o = (1, 0), m = (0, -1): h₁ = (9, 1). The norm of two
   * values is (1, -1) where the first is greater, so the last state is gain 2 times that plus bias
   * 1/2: (2.5, -1.5).
   */
  @Test
  void states_biasesAlone_addUp() {
    try (ClipText text = bare(Activation.GELU, 4);
        PointerScope scope = new PointerScope()) {
      set(text, "text_model.embeddings.position_embedding.weight", 0, 0, 5, 5, 0, 0, 0, 0);
      set(text, LAYER + "self_attn.out_proj.bias", 1, 0);
      set(text, LAYER + "mlp.fc2.bias", 0, -1);
      set(text, "text_model.final_layer_norm.weight", 2, 2);
      set(text, "text_model.final_layer_norm.bias", 0.5f, 0.5f);
      TextStates states = text.encode(tensor(new long[] {1, 3}).view(1, 2));
      assertThat(states.hidden()).hasSize(2);
      assertNear(states.penultimate(), 1, -1, 8, 2);
      assertNear(states.hidden().get(1), 2, -2, 9, 1);
      assertNear(states.last(), 2.5, -1.5, 2.5, -1.5);
      assertNear(text.normed(states.penultimate()), 2.5, -1.5, 2.5, -1.5);
    }
  }

  /**
   * Queries and keys 0: every token takes the mean of the values of itself and those before. Values
   * are the norms: (1, -1) for tokens 1 to 4; token 0 with eps 1e-12 is (0, 0). Row 0 0 2 1: means
   * (0, 0), (0, 0), (1/3, -1/3), (1/2, -1/2), which the identity adds to the tokens.
   */
  @Test
  void states_uniformAttention_isTheMeanOfWhatWasBefore() {
    try (ClipText text = bare(Activation.QUICK_GELU, 4);
        PointerScope scope = new PointerScope()) {
      set(text, LAYER + "self_attn.v_proj.weight", 1, 0, 0, 1);
      set(text, LAYER + "self_attn.out_proj.weight", 1, 0, 0, 1);
      Tensor after = text.encode(tensor(new long[] {0, 0, 2, 1}).view(1, 4)).hidden().get(1);
      assertNear(after, 0, 0, 0, 0, 2 + 1.0 / 3, -2 - 1.0 / 3, 1.5, -1.5);
    }
  }

  /**
   * The MLP sees (1, -1) through weights (1/2, -1/2), so 1, and writes act(1) into the first value:
   * gelu(1) = Φ(1) = 0.8413447; quick gelu is σ(1.702) = 1 / (1 + e^-1.702) = 0.8457958.
   */
  @Test
  void states_activationsAtOne_areThoseOfTheTables() {
    for (Activation activation : Activation.values()) {
      try (ClipText text = bare(activation, 4);
          PointerScope scope = new PointerScope()) {
        set(text, LAYER + "mlp.fc1.weight", 0.5f, -0.5f);
        set(text, LAYER + "mlp.fc2.weight", 1, 0);
        Tensor after = text.encode(tensor(new long[] {2}).view(1, 1)).hidden().get(1);
        double act = activation == Activation.GELU ? 0.8413447 : 0.8457958;
        assertNear(after, 2 + act, -2);
      }
    }
  }

  @Test
  void ends_ownEndToken_isItsFirstPlace() {
    try (ClipText text = bare(Activation.GELU, 3);
        PointerScope scope = new PointerScope()) {
      Tensor ends = text.ends(tensor(new long[] {1, 3, 4, 3, 3, 0, 3, 9}).view(2, 4));
      assertThat(longs(ends)).containsExactly(1, 0);
      assertThatThrownBy(() -> text.ends(tensor(new long[] {3, 1, 1, 1}).view(2, 2)))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("end token 3");
    }
  }

  /** Id 5 and beyond are not of the vocabulary: an added token must not draw the pooling. */
  @Test
  void ends_legacyMark_isTheHighestIdOfTheVocabulary() {
    try (ClipText text = bare(Activation.GELU, ClipTextConfig.LEGACY_EOS);
        PointerScope scope = new PointerScope()) {
      Tensor ends = text.ends(tensor(new long[] {1, 4, 4, 2, 7, 0, 3, 5}).view(2, 4));
      assertThat(longs(ends)).containsExactly(1, 2);
    }
  }

  private static long[] longs(Tensor t) {
    long[] values = new long[(int) t.numel()];
    new LongPointer(t.contiguous().data_ptr_long()).get(values);
    return values;
  }

  /**
   * last: three rows of states 0..5; ends 2 and 0 take (4, 5) of the first, (0, 1) of the second.
   */
  @Test
  void pooled_states_areThoseAtTheEnds() {
    try (ClipText text = bare(Activation.GELU, 4);
        PointerScope scope = new PointerScope()) {
      Tensor last = tensor(new float[] {0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5}).view(2, 3, 2);
      assertNear(text.pooled(last, tensor(new long[] {2, 0})), 4, 5, 0, 1);
      assertThatThrownBy(() -> text.projected(last)).isInstanceOf(IllegalStateException.class);
    }
  }

  /**
   * Ids 5 and 6 are rows 0 and 1 of what is added. The sum of all embeddings weighed by (1, 2) has
   * gradient (2, 4) at row 0, which stands twice, (1, 2) at row 1, and (1, 2) at token 3.
   */
  @Test
  void embed_addedRows_areTakenAndReachedByGradients() {
    try (ClipText text = bare(Activation.GELU, 4);
        PointerScope scope = new PointerScope()) {
      Tensor added = tensor(new float[] {10, 20, 30, 40}).view(2, 2);
      added.set_requires_grad(true);
      Tensor embedded = text.embed(tensor(new long[] {5, 3, 6, 5}).view(1, 4), added);
      assertNear(embedded, 10, 20, 3, -3, 30, 40, 10, 20);
      embedded.mul(tensor(new float[] {1, 2})).sum().backward();
      assertNear(added.grad(), 2, 4, 1, 2);
      Tensor reached = text.weights().tensor("text_model.embeddings.token_embedding.weight").grad();
      assertNear(reached, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0);
    }
  }

  @Test
  void encode_tooManyTokens_isRefused() {
    try (ClipText text = bare(Activation.GELU, 4);
        PointerScope scope = new PointerScope()) {
      assertThatThrownBy(() -> text.encode(tensor(new long[5]).view(1, 5)))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("5 tokens")
          .hasMessageContaining("at most 4");
    }
  }

  @Test
  void copy_changed_leavesTheOriginal() {
    try (ClipText text = bare(Activation.GELU, 4);
        ClipText copy = text.copy()) {
      String before = text.weights().digest();
      assertThat(copy.weights().digest()).isEqualTo(before);
      set(copy, LAYER + "mlp.fc2.bias", 1, 1);
      assertThat(text.weights().digest()).isEqualTo(before);
      assertThat(copy.weights().digest()).isNotEqualTo(before);
    }
  }

  @Test
  void encode_manyTimes_leavesNothingOpen() {
    try (ClipText text = bare(Activation.GELU, 4)) {
      pass(text);
      long count = Pointer.totalCount();
      long bytes = Pointer.totalBytes();
      for (int i = 0; i < 100; i++) {
        pass(text);
      }
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(count);
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
    }
  }

  private static void pass(ClipText text) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor ids = tensor(new long[] {1, 2, 4, 4}).view(1, 4);
      text.pooled(text.encode(ids).last(), text.ends(ids));
    }
  }
}

package palimpsest.methods.suppression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.Assisted;
import palimpsest.methods.llm.ByHand;
import palimpsest.methods.llm.GoldenFile;
import palimpsest.testkit.LeakCheck;
import palimpsest.testkit.TinyModels;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TokenBatch;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Batch;

/** Whp and Uld: by hand, and against a PyTorch implementation in testkit/golden/losses. */
@ExtendWith(LeakCheck.class)
class CombinedLogitsTest {
  private static final GoldenFile GOLDEN = GoldenFile.read("edits.json");

  /** (2, 0, -1) and (3, -1, -1): only the first rose, by 1; α = 2 takes 2 off it. */
  @Test
  void whp_oneLogitRose_onlyItIsLowered() {
    assertThat(combine(new Whp(2), row(2, 0, -1), row(3, -1, -1))).containsExactly(0, 0, -1);
  }

  @Test
  void whp_alphaZero_isTheModelBitForBit() {
    float[] z = {0.1f, -7.3f, 1e-7f};
    assertThat(combine(new Whp(0), z, row(9, -9, 9))).containsExactly(z);
  }

  @Test
  void uld_weightZero_isTheModelBitForBit() {
    float[] z = {0.1f, -7.3f, 1e-7f};
    assertThat(combine(new Uld(1, 0, 0, 0.5, 1), z, row(9, -9, 9))).containsExactly(z);
  }

  /** Without a filter: 2 - ½·4, 0 - ½·2, -1 - ½·(-2). */
  @Test
  void uld_noFilter_subtractsEverywhere() {
    assertThat(combine(new Uld(1, 0, 0.5, 0, 1), row(2, 0, -1), row(4, 2, -2)))
        .containsExactly(0, -1, 0);
  }

  /** f = ½ of four tokens: kept are those within ln 2 of the best, and the best two anyhow. */
  @Test
  void uld_filter_leavesUnlikelyTokensAlone() {
    Uld half = new Uld(1, 0, 1, 0.5, 1);
    assertThat(combine(half, row(5, 1, 0, -1), row(1, 1, -3, -3))).containsExactly(4, 0, 0, -1);
    assertThat(combine(half, row(5, 5, 4.5f, -1), row(1, 1, 1, -3)))
        .containsExactly(4, 4, 3.5f, -1);
  }

  /**
   * f V < 1: the authors' code then takes the smallest entry as the k-th, which filters nothing.
   */
  @Test
  void uld_filterOfLessThanOneToken_filtersNothing() {
    assertThat(combine(new Uld(1, 0, 1, 0.1, 1), row(5, 1, 0, -1), row(1, 1, -3, -3)))
        .containsExactly(4, 0, 3, 2);
  }

  /** All its logits one number, 3: every logit falls by 2.4, which no softmax sees. */
  @Test
  void uld_uniformAssistant_leavesTheDistribution() {
    float[] got = combine(new Uld(1, 0, 0.8, 0, 1), row(2, 0, -1), row(3, 3, 3));
    assertThat(got[0] - got[1]).isCloseTo(2, within(1e-6f));
    assertThat(got[1] - got[2]).isCloseTo(1, within(1e-6f));
  }

  /** Every logit 0 and p uniform: KL(U || p) = 0, and nll(forget) = ln 300. */
  @Test
  void uld_uniformModel_hasNoUniformLoss() {
    List<TokenizedExample> data = List.of(new TokenizedExample(new int[] {1, 2, 3, 4}, 2));
    try (Llama uniform = ByHand.uniform();
        PointerScope scope = new PointerScope()) {
      Batch batch = Batch.whole(data, 0);
      var objective = Uld.defaults().objective();
      assertThat(objective.loss().of(uniform, batch).item_double())
          .isCloseTo(Math.log(300), within(1e-5));
      assertThat(objective.beside().orElseThrow().loss().of(uniform, batch).item_double())
          .isCloseTo(0, within(1e-5));
      assertThat(objective.beside().orElseThrow().weight()).isEqualTo(5);
    }
  }

  /** KL(U || p) = -ln V - mean_v ln p(v), from the logits in float64. */
  @Test
  void uld_uniformLoss_equalsFloat64() {
    List<TokenizedExample> data =
        List.of(
            new TokenizedExample(new int[] {1, 2, 3, 4}, 2),
            new TokenizedExample(new int[] {7, 5}, 1));
    try (Llama model = TinyModels.llama(3);
        PointerScope scope = new PointerScope()) {
      Batch batch = Batch.whole(data, 0, 1);
      float[] z = floats(model.labelLogits(batch.tokens()));
      double kl = 0;
      for (int row = 0; row < 3; row++) {
        double sum = 0;
        double mean = 0;
        for (int v = 0; v < 300; v++) {
          sum += Math.exp(z[row * 300 + v]);
          mean += z[row * 300 + v] / 300;
        }
        kl += (-Math.log(300) - mean + Math.log(sum)) / 3;
      }
      assertThat(
              Uld.defaults()
                  .objective()
                  .beside()
                  .orElseThrow()
                  .loss()
                  .of(model, batch)
                  .item_double())
          .isCloseTo(kl, within(1e-6));
    }
  }

  /** The first layer, embedding, norm and head; seven matrices of it get two factors each. */
  @Test
  void uld_assistant_isTheFirstLayersWithAnAdapter() {
    Uld uld = new Uld(1, 2, 0.8, 0, 5);
    try (Llama model = TinyModels.llama(1);
        Llama assistant = uld.assistant(model);
        Adapter adapter = uld.adapter(assistant, 1).orElseThrow()) {
      assertThat(assistant.layers()).isEqualTo(1);
      assertThat(assistant.weights().tensors()).hasSize(11);
      assertThat(adapter.weights().tensors()).hasSize(14);
      assertThat(new Uld(1, 0, 0.8, 0, 5).adapter(assistant, 1)).isEmpty();
      assertThatThrownBy(() -> Uld.defaults().assistant(model))
          .isInstanceOf(InvalidRequest.class)
          .hasMessage("layers must be from 1 to the model's 2, got 8");
    }
  }

  @Test
  void needsRetain_ofBoth_isUldsAlone() {
    assertThat(Whp.defaults().needsRetain()).isFalse();
    assertThat(Uld.defaults().needsRetain()).isTrue();
  }

  @Test
  void parameters_outOfRange_areRefused() {
    assertThatThrownBy(() -> Whp.defaults().with(Map.of("alpha", -1.0)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("alpha must be >= 0, got -1.0");
    assertThatThrownBy(() -> Uld.defaults().with(Map.of("filter", 1.5)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("filter");
  }

  static Stream<Arguments> golden() {
    return Stream.of(
        Arguments.of("whp_alpha_1", new Whp(1)),
        Arguments.of("whp_alpha_5", new Whp(5)),
        Arguments.of("uld_weight_0_8", new Uld(1, 0, 0.8, 0, 5)),
        Arguments.of("uld_weight_0_8_filter_0_1", new Uld(1, 0, 0.8, 0.1, 5)),
        Arguments.of("uld_weight_0_8_filter_0_9", new Uld(1, 0, 0.8, 0.9, 5)));
  }

  @ParameterizedTest
  @MethodSource("golden")
  void logits_ofTwoModels_equalPyTorch(String name, Assisted method) {
    JsonNode expected = GOLDEN.root().get("combined_logits").get(name);
    try (Llama base = GoldenFile.model("gqa-tied");
        Llama other = GoldenFile.model("mha");
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      TokenBatch batch = TokenBatch.of(GOLDEN.examples("forget"));
      Tensor z = method.of(base.labelLogits(batch), other.labelLogits(batch)); // (L, V)
      assertThat(z.norm().item_double())
          .isCloseTo(expected.get("logits_norm").asDouble(), withinPercentage(1e-4));
      Tensor labels = tensor(batch.labels()).view(-1, 1);
      float[] log = floats(log_softmax(z, 1).gather(1, labels));
      JsonNode wanted = expected.get("label_logp");
      assertThat(log).hasSize(wanted.size());
      double worst = 0;
      for (int i = 0; i < log.length; i++) {
        worst = Math.max(worst, Math.abs(log[i] / wanted.get(i).asDouble() - 1));
      }
      assertThat(worst).isLessThan(3e-6);
    }
  }

  private static float[] row(float... z) {
    return z;
  }

  private static float[] combine(Assisted method, float[] base, float[] other) {
    try (PointerScope scope = new PointerScope()) {
      return floats(method.of(tensor(base).view(1, -1), tensor(other).view(1, -1)));
    }
  }

  private static float[] floats(Tensor t) {
    Tensor flat = t.contiguous();
    float[] values = new float[(int) flat.numel()];
    new FloatPointer(flat.data_ptr_float()).get(values);
    return values;
  }
}

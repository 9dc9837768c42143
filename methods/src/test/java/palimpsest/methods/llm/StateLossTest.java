package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.methods.llm.ByHand.FORGET;
import static palimpsest.methods.llm.ByHand.RETAIN;

import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.RetainLoss;
import palimpsest.testkit.LeakCheck;
import palimpsest.testkit.LossAndGradient;
import palimpsest.testkit.TinyModels;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.ReferenceLogProb;

/**
 * Losses on hidden states, derived by hand on a model drawn at random and on one all of whose
 * weights, and so all of whose states, are 0. d = 16.
 */
@ExtendWith(LeakCheck.class)
class StateLossTest {
  private static final int D = 16;

  private Llama model;
  private Llama zero;

  @BeforeEach
  void open() {
    model = TinyModels.llama(1);
    zero = ByHand.zero();
  }

  @AfterEach
  void close() {
    model.close();
    zero.close();
  }

  /** h = 0: (1/d) Σ (c u_i)² = c²/d. */
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 7", "-1, 7"})
  void rmu_zeroStates_isSquaredLengthOverDimensions(int layer, long seed) {
    assertThat(rig(zero, zero).of(new Rmu(layer, 6, 0, seed)).loss())
        .isCloseTo(36.0 / D, within(1e-5));
  }

  /**
   * L(c) = mean h² - 2 c mean(h u) + c²/d whatever the model, so L(2c) - 2 L(c) + L(0) = 2 c²/d;
   * its gradient is linear in c, so the same difference of gradients is 0.
   */
  @Test
  void rmu_anyModel_isQuadraticInSteering() {
    LossRig rig = rig(model, zero);
    LossAndGradient none = rig.of(new Rmu(1, 0, 0, 3));
    LossAndGradient once = rig.of(new Rmu(1, 2, 0, 3));
    LossAndGradient twice = rig.of(new Rmu(1, 4, 0, 3));
    assertThat(twice.loss() - 2 * once.loss() + none.loss()).isCloseTo(8.0 / D, within(1e-5));
    assertThat(twice.distance(-1, none.plus(-2, once))).isLessThan(1e-4);
    assertThat(once.distance(1, none)).isGreaterThan(1e-2);
  }

  /** c = 0 pulls to the origin, and a start whose states are 0 keeps there: the same on one set. */
  @Test
  void rmu_noSteering_isHiddenLossOfAZeroStart() {
    Materials start = LossRig.from(zero, ReferenceLogProb.NONE);
    LossAndGradient pulled =
        new LossRig(model, start, FORGET, FORGET).of(new Rmu(1, 0, 0, 0)); // mean h²
    LossAndGradient both = new LossRig(model, start, FORGET, FORGET).of(new Rmu(1, 0, 3, 0));
    assertThat(both.loss()).isCloseTo(4 * pulled.loss(), within(1e-4));
    assertThat(both.distance(4, pulled)).isLessThan(1e-5);
  }

  /** The model is still the starting one: the retain term is 0, and so is its gradient. */
  @Test
  void rmu_retainTermAtTheStart_isZero() {
    LossRig rig = rig(model, model);
    LossAndGradient plain = rig.of(new Rmu(1, 2, 0, 0));
    assertThat(rig.of(new Rmu(1, 2, 1200, 0)).distance(1, plain)).isLessThan(1e-6);
  }

  /** Layer 0 is trained with the embeddings; what lies above is not reached. */
  @Test
  void rmu_layersAbove_haveNoGradient() {
    rig(model, zero).of(new Rmu(0, 2, 1, 0));
    try (PointerScope scope = new PointerScope()) {
      model
          .weights()
          .tensors()
          .forEach(
              (name, t) ->
                  assertThat(t.grad().norm().item_double() > 0)
                      .as(name)
                      .isEqualTo(name.contains("embed") || name.contains("layers.0.")));
    }
  }

  /**
   * h = 0 and a starting model's states h_start: (1/N) Σ_t (s |h_start,t|)²/d = s² mean h_start².
   */
  @Test
  void adaptiveRmu_zeroStates_isScaleTimesTheStartsStates() {
    double square = rig(model, zero).of(new Rmu(1, 0, 0, 0)).loss(); // mean h_start²
    assertThat(rig(zero, model).of(new AdaptiveRmu(1, 3, 0, 0)).loss())
        .isCloseTo(9 * square, within(1e-5 * 9 * square + 1e-6));
  }

  /** A start whose states are 0 has no length to pull to: RMU without steering. */
  @Test
  void adaptiveRmu_zeroStart_isRmuWithoutSteering() {
    LossRig rig = rig(model, zero);
    LossAndGradient rmu = rig.of(new Rmu(1, 0, 2, 0));
    LossAndGradient result = rig.of(new AdaptiveRmu(1, 5, 2, 0));
    assertThat(result.loss()).isEqualTo(rmu.loss());
    assertThat(result.distance(1, rmu)).isZero();
  }

  /**
   * SplittableRandom(0) gives 0xe220a8397b1dcdaf and 0x6e789e6aa1b965f4, whose upper 53 bits over
   * 2^53 are 0.883311 and 0.431528; their norm is 0.983084.
   */
  @Test
  void direction_ofSeed_isThatOfEveryMachine() {
    float[] u = Rmu.direction(0, 2);
    assertThat(u[0]).isCloseTo(0.898510f, within(1e-5f));
    assertThat(u[1]).isCloseTo(0.438953f, within(1e-5f));
    assertThat(Rmu.direction(1, 2)).isNotEqualTo(u);
  }

  /** layers × 7/32, rounded down: 7 of 32, 4 of 22, 0 of 2; by name and by what it computes. */
  @ParameterizedTest
  @CsvSource({"2, 0", "5, 1", "9, 1", "10, 2"})
  void layer_ofItsOwn_isThatOfSevenInThirtyTwo(int layers, int expected) {
    LlamaConfig config = LlamaConfig.plain(300, 16, 32, layers, 4, 2, 64, true);
    try (Llama deep = new Llama(config, InitialWeights.draw(config, 2))) {
      LossRig rig = rig(deep, deep);
      assertThat(rig.of(new Rmu(-1, 2, 0, 0)).loss())
          .isEqualTo(rig.of(new Rmu(expected, 2, 0, 0)).loss());
    }
    assertThat(new RetainLoss.Hidden(-1).name()).isEqualTo("hidden");
    assertThat(new RetainLoss.Hidden(3).name()).isEqualTo("hidden:3");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 7, Integer.MAX_VALUE})
  void layer_thatTheModelLacks_isRefused(int layer) {
    Materials start = LossRig.from(zero, ReferenceLogProb.NONE);
    Batch batch = Batch.whole(FORGET, 0);
    String message =
        "layer must be at most 1, got "
            + layer
            + ": the model has 2 decoder layers, numbered from 0";
    assertThatThrownBy(() -> new Rmu(layer, 1, 1, 0).forgetting(model, batch, start))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(message);
    assertThatThrownBy(() -> new RetainLoss.Hidden(layer).states(model, batch))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(message);
  }

  @Test
  void hyperParameters_outOfRange_areRefused() {
    assertThatThrownBy(() -> new Rmu(-2, 1, 1, 0))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("layer must be at least -1, got -2");
    assertThatThrownBy(() -> new AdaptiveRmu(0, -1, 1, 0))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("scale must be >= 0, got -1.0");
    assertThatThrownBy(() -> new RetainLoss.Hidden(-2))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("layer must be at least -1, got -2");
  }

  private static LossRig rig(Llama model, Llama start) {
    return new LossRig(model, LossRig.from(start, ReferenceLogProb.NONE), FORGET, RETAIN);
  }
}

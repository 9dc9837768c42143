package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.methods.llm.ByHand.FORGET;
import static palimpsest.methods.llm.ByHand.LOG_V;
import static palimpsest.methods.llm.ByHand.REFUSALS;
import static palimpsest.methods.llm.ByHand.ascent;
import static palimpsest.methods.llm.ByHand.example;
import static palimpsest.methods.llm.ByHand.first;
import static palimpsest.methods.llm.ByHand.reference;
import static palimpsest.methods.llm.ByHand.rig;
import static palimpsest.methods.llm.ByHand.sum;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.DescentMethod;
import palimpsest.testkit.LeakCheck;
import palimpsest.testkit.LossAndGradient;
import palimpsest.testkit.TinyModels;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Alternatives;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.ReferenceLogProb;

/**
 * Derived by hand, on a random model and on the uniform one, where every token has log-probability
 * -ln V, V = 300. GA(x) is the gradient of gradient ascent on x alone, so that an example of n
 * label tokens has ∇logp = n GA.
 */
@ExtendWith(LeakCheck.class)
class PreferenceMethodsTest {
  private Llama model;
  private Llama uniform;

  @BeforeEach
  void open() {
    model = TinyModels.llama(1);
    uniform = ByHand.uniform();
  }

  @AfterEach
  void close() {
    model.close();
    uniform.close();
  }

  /** KL(p || p) = 0 and least, so that neither value nor gradient differ from gradient ascent's. */
  @Test
  void klMin_startIsTheModel_isGradientAscent() {
    LossRig rig = rig(model, model, ReferenceLogProb.NONE);
    LossAndGradient ascent = rig.of(new GradientAscent());
    LossAndGradient result = rig.of(new KlMinimisation(3));
    assertThat(result.loss()).isCloseTo(ascent.loss(), within(1e-5));
    assertThat(result.distance(1, ascent)).isLessThan(1e-5);
  }

  /**
   * A start that is certain of one token: Σ p_start ln(p_start / p) = -ln p of that token, ln V in
   * the uniform model, so L = (α - 1) ln V. The divergence the other way round would be some 1e3.
   */
  @Test
  void klMin_startIsCertain_isLogProbOfItsToken() {
    try (Llama certain = TinyModels.llama(1)) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        certain.weights().tensor("model.norm.weight").mul_(new Scalar(1e5));
      }
      LossAndGradient result =
          rig(uniform, certain, ReferenceLogProb.NONE).of(new KlMinimisation(3));
      assertThat(result.loss()).isCloseTo(2 * LOG_V, within(1e-4));
    }
  }

  /** Nothing has moved: L = -(2/β) ln σ(0) = (2/β) ln 2. */
  @ParameterizedTest
  @CsvSource({"0.1, 13.862944", "2.5, 0.554518"})
  void dpo_equalLogProbs_isTwoLogTwoOverBeta(double beta, double expected) {
    ReferenceLogProb same =
        ReferenceLogProb.of(model, FORGET).and(ReferenceLogProb.of(model, REFUSALS));
    assertThat(rig(model, model, same).of(new Dpo(beta, 0)).loss())
        .isCloseTo(expected, within(1e-5));
  }

  /**
   * logp of refusals is (-2, -3) ln V, of answers (-4, -2) ln V. References chosen so that r of the
   * refusals is (1, 1) and of the answers (1, 1 + ln 3 / β): β gap = (0, -ln 3), -ln σ = (ln 2, ln
   * 4), L = 3 ln 2 / β.
   */
  @Test
  void dpo_uniformModelAndKnownGaps_isThreeLogTwoOverBeta() {
    double beta = 0.25;
    ReferenceLogProb known =
        reference(FORGET, -4 * LOG_V - 1, -2 * LOG_V - 1 - Math.log(3) / beta)
            .and(reference(REFUSALS, -2 * LOG_V - 1, -3 * LOG_V - 1));
    LossRig rig = rig(uniform, uniform, known);
    double expected = 3 * Math.log(2) / beta;
    assertThat(rig.of(new Dpo(beta, 0)).loss()).isCloseTo(expected, within(1e-4));
    assertThat(rig.of(new Dpo(beta, 2)).loss()).isCloseTo(expected + 2 * LOG_V, within(1e-4));
    assertThat(rig.of(new AltPo(beta, 1, 2)).loss()).isCloseTo(expected + 2 * LOG_V, within(1e-4));
  }

  /**
   * dL/dgap = -2 σ(-β gap), gap = logp(refusal) - logp(answer) + constant: with 2 and 4 label
   * tokens ∇L = -2 σ(-β gap) (2 GA(refusal) - 4 GA(answer)).
   */
  @ParameterizedTest
  @CsvSource({"0.1, 0", "0.5, 4", "0.5, -4"})
  void dpo_oneExample_gradientRaisesRefusalAndLowersAnswer(double beta, double gap) {
    ReferenceLogProb known =
        reference(FORGET, sum(model, FORGET.get(0)) + gap)
            .and(reference(REFUSALS, sum(model, REFUSALS.get(0))));
    double slope = 2 / (1 + Math.exp(beta * gap));
    LossAndGradient result = first(model, known).of(new Dpo(beta, 0));
    assertThat(
            result
                .plus(2 * slope, ascent(model, REFUSALS.get(0)))
                .distance(4 * slope, ascent(model, FORGET.get(0))))
        .isLessThan(1e-4);
  }

  /** The second epoch takes the second alternate, the third the first again. */
  @Test
  void altPo_epochs_takeOneAlternateAfterTheOther() {
    TokenizedExample other = example(2, 5, 9, 70, 71, 72, 1);
    Alternatives both = new Alternatives(List.of(List.of(REFUSALS.get(0), other)));
    ReferenceLogProb zero =
        reference(FORGET, 0).and(reference(REFUSALS, 0)).and(reference(List.of(other), 0));
    Materials materials = new Materials(Optional.empty(), zero, both, Alternatives.NONE);
    double[] losses = new double[3];
    try (PointerScope scope = new PointerScope()) {
      for (int epoch = 0; epoch < 3; epoch++) {
        Batch batch = Batch.of(FORGET, new int[] {0}, Batch.Step.of(FORGET, new int[] {0}, epoch));
        losses[epoch] = new AltPo(1, 2, 0).forgetting(uniform, batch, materials).item_double();
      }
    }
    // gap = (4 - 2) ln V with the first, (4 - 4) ln V with the other
    assertThat(losses[0]).isCloseTo(2 * Math.log1p(Math.pow(300, -2)), within(1e-6));
    assertThat(losses[1]).isCloseTo(2 * Math.log(2), within(1e-5));
    assertThat(losses[2]).isEqualTo(losses[0]);
  }

  /** Refusals that became less likely: z0 = 0, and what is left is NPO. */
  @Test
  void kto_refusalsNoLikelier_isNpo() {
    ReferenceLogProb known =
        ReferenceLogProb.of(model, FORGET)
            .and(reference(REFUSALS, 0.0, sum(model, REFUSALS.get(1))));
    LossRig rig = rig(model, model, known);
    LossAndGradient npo = rig.of(new Npo(0.5, 2));
    LossAndGradient result = rig.of(new Kto(0.5, 2));
    assertThat(result.loss()).isCloseTo(npo.loss(), within(1e-5));
    assertThat(result.distance(1, npo)).isLessThan(1e-5);
  }

  /**
   * References chosen so that r of the refusals is (1, 3), z0 = 2, and of the answers (2, 2 + ln 3
   * / β): β (z0 - r) = (0, -ln 3), L = 3 ln 2 / β. The first example alone, as a part of this step,
   * has the same z0 and gives its share, (1/β) ln 2.
   */
  @Test
  void kto_uniformModelAndKnownGaps_isThreeLogTwoOverBeta() {
    double beta = 0.25;
    ReferenceLogProb known =
        reference(FORGET, -4 * LOG_V - 2, -2 * LOG_V - 2 - Math.log(3) / beta)
            .and(reference(REFUSALS, -2 * LOG_V - 1, -3 * LOG_V - 3));
    LossRig rig = rig(uniform, uniform, known);
    double expected = 3 * Math.log(2) / beta;
    assertThat(rig.of(new Kto(beta, 0)).loss()).isCloseTo(expected, within(1e-4));
    assertThat(rig.of(new Kto(beta, 2)).loss()).isCloseTo(expected + 2 * LOG_V, within(1e-4));
    try (PointerScope scope = new PointerScope()) {
      Batch part = Batch.of(FORGET, new int[] {0}, Batch.Step.of(FORGET, new int[] {0, 1}, 0));
      assertThat(new Kto(beta, 0).forgetting(uniform, part, rig.materials()).item_double())
          .isCloseTo(Math.log(2) / beta, within(1e-4));
    }
  }

  /** dL/dr = 2 σ(-β (z0 - r)) and z0 has no gradient: ∇L = 4 · 2 σ(β (r - z0)) GA(answer). */
  @ParameterizedTest
  @CsvSource({"0.1, 0, 0", "0.5, 1, 3", "0.5, 3, 1"})
  void kto_oneExample_gradientIsFadingAscentAlone(double beta, double r, double z0) {
    ReferenceLogProb known =
        reference(FORGET, sum(model, FORGET.get(0)) - r)
            .and(reference(REFUSALS, sum(model, REFUSALS.get(0)) - z0));
    double slope = 2 / (1 + Math.exp(beta * (z0 - r)));
    assertThat(
            first(model, known)
                .of(new Kto(beta, 0))
                .distance(4 * slope, ascent(model, FORGET.get(0))))
        .isLessThan(1e-4);
  }

  @Test
  void hyperParameters_outOfRange_areRefused() {
    assertRefused(() -> new KlMinimisation(-1), "retainWeight must be >= 0, got -1.0");
    assertRefused(() -> new Dpo(0, 1), "beta must be > 0, got 0.0");
    assertRefused(() -> new AltPo(0.1, 0, 1), "alternates must be at least 1, got 0");
    assertRefused(() -> new Kto(-0.1, 1), "beta must be > 0, got -0.1");
  }

  private static void assertRefused(Callable<DescentMethod> method, String message) {
    assertThatThrownBy(method::call).isInstanceOf(InvalidRequest.class).hasMessage(message);
  }
}

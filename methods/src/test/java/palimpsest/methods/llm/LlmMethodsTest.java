package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.methods.llm.ByHand.FORGET;
import static palimpsest.methods.llm.ByHand.LOG_V;
import static palimpsest.methods.llm.ByHand.RETAIN;
import static palimpsest.methods.llm.ByHand.example;
import static palimpsest.methods.llm.ByHand.reference;
import static palimpsest.methods.llm.ByHand.sum;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.InvalidRequest;
import palimpsest.testkit.LeakCheck;
import palimpsest.testkit.LossAndGradient;
import palimpsest.testkit.TinyModels;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.ReferenceLogProb;

/** Derived by hand, on a model drawn at random and on the uniform one of {@link ByHand}. */
@ExtendWith(LeakCheck.class)
class LlmMethodsTest {
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

  /** nll = ln V whatever the lengths, so L = -ln V. */
  @Test
  void gradientAscent_uniformModel_isMinusLogV() {
    assertThat(rig(uniform, FORGET).of(new GradientAscent()).loss())
        .isCloseTo(-LOG_V, within(1e-5));
  }

  /** nll(forget) = nll(retain) = ln V, so L = (α - γ) ln V. */
  @Test
  void gradDiff_uniformModel_isDifferenceOfWeights() {
    assertThat(rig(uniform, FORGET).of(new GradDiff(0.5, 2)).loss())
        .isCloseTo(1.5 * LOG_V, within(1e-5));
  }

  /** With γ = α and the same examples on both sides the terms cancel: nothing is learned. */
  @Test
  void gradDiff_sameExamplesBothSides_isZero() {
    LossAndGradient result =
        new LossRig(model, Materials.NONE, FORGET, FORGET).of(new GradDiff(2, 2));
    assertThat(result.loss()).isCloseTo(0, within(1e-6));
    assertThat(result.norm()).isLessThan(1e-5);
  }

  /** ∇L = γ ∇(-nll(forget)): with α = 0 it is gradient ascent, γ times. */
  @Test
  void gradDiff_withoutRetain_isGradientAscent() {
    LossRig rig = rig(model, FORGET);
    LossAndGradient ascent = rig.of(new GradientAscent());
    LossAndGradient result = rig.of(new GradDiff(3, 0));
    assertThat(result.loss()).isCloseTo(3 * ascent.loss(), within(1e-4));
    assertThat(result.distance(3, ascent)).isLessThan(1e-5);
  }

  /** logp = logp_ref: L = -(2/β) log σ(0) = (2/β) ln 2, for any model. */
  @ParameterizedTest
  @CsvSource({"0.1, 13.862944", "1, 1.386294", "2.5, 0.554518"})
  void npo_equalLogProbs_isTwoLogTwoOverBeta(double beta, double expected) {
    assertThat(rig(model, FORGET).of(new Npo(beta, 0)).loss()).isCloseTo(expected, within(1e-5));
  }

  /**
   * The uniform model gives logp = (-4 ln V, -2 ln V) to the examples' 4 and 2 label tokens.
   * References chosen so that β gap = (0, ln 3): -log σ(-x) = ln(1 + e^x) gives (ln 2, ln 4), mean
   * 1.5 ln 2, so L = (2/β) 1.5 ln 2 = 3 ln 2 / β; with α = 2 the retain term adds 2 ln V.
   */
  @Test
  void npo_uniformModelAndKnownGaps_isThreeLogTwoOverBeta() {
    double beta = 0.25;
    Materials reference =
        Materials.of(reference(FORGET, -4 * LOG_V, -2 * LOG_V - Math.log(3) / beta));
    LossRig rig = new LossRig(uniform, reference, FORGET, RETAIN);
    double expected = 3 * Math.log(2) / beta;
    assertThat(rig.of(new Npo(beta, 0)).loss()).isCloseTo(expected, within(1e-4));
    assertThat(rig.of(new Npo(beta, 2)).loss()).isCloseTo(expected + 2 * LOG_V, within(1e-4));
  }

  /**
   * dL/dlogp = -(2/β) (1 - σ(-β gap)) (-β) = 2 σ(β gap), and for one example of n label tokens logp
   * = -n nll; gradient ascent descends -nll = logp / n. So ∇NPO = 2 n σ(β gap) ∇GA: n times
   * gradient ascent while nothing has changed (gap 0), fading as the model gets below the reference
   * and at most twice that above it.
   */
  @ParameterizedTest
  @CsvSource({"0.1, 0", "2.5, 0", "0.5, 4", "0.5, -4", "0.1, -50"})
  void npo_oneExample_gradientIsFadingAscent(double beta, double gap) {
    List<TokenizedExample> one = FORGET.subList(0, 1);
    double logProb = sum(model, one.get(0));
    LossRig rig = new LossRig(model, Materials.of(reference(one, logProb - gap)), one, RETAIN);
    double fading = 2 / (1 + Math.exp(-beta * gap));
    assertThat(rig.of(new Npo(beta, 0)).distance(4 * fading, rig.of(new GradientAscent())))
        .isLessThan(1e-4);
  }

  /** ∇L = ∇L_forget + α ∇nll(retain), and the nll gradient is minus that of ascent. */
  @Test
  void npo_retainTerm_isDescentOnRetain() {
    LossRig rig = rig(model, FORGET);
    LossAndGradient plain = rig.of(new Npo(0.1, 0));
    LossAndGradient full = rig.of(new Npo(0.1, 3));
    LossAndGradient ascent =
        new LossRig(model, Materials.NONE, RETAIN, RETAIN).of(new GradientAscent());
    assertThat(full.loss() - plain.loss()).isCloseTo(-3 * ascent.loss(), within(1e-4));
    assertThat(full.plus(-1, plain).distance(-3, ascent)).isLessThan(1e-5);
  }

  /**
   * Each mean log-probability is -ln V, so with β = 0.5 and γ = 0.5 ln V the argument of σ is (0.5
   * - 0.5) ln V = 0 and L = -(2 w/β) ln ½ = 4 w ln 2; with γ = 0 it is 0.5 ln V, and -ln σ(x) =
   * ln(1 + 1/√V).
   */
  @Test
  void simNpo_uniformModel_byHand() {
    LossRig rig = rig(uniform, FORGET);
    assertThat(rig.of(new SimNpo(0.5, 0.5 * LOG_V, 0.25, 0)).loss())
        .isCloseTo(Math.log(2), within(1e-5));
    assertThat(rig.of(new SimNpo(0.5, 0, 1, 2)).loss())
        .isCloseTo(4 * Math.log1p(1 / Math.sqrt(300)) + 2 * LOG_V, within(1e-5));
  }

  /**
   * dL/dmean = -(2/β)(1 - σ(x))(-β) = 2 σ(-x), x = -β mean - γ, and the mean of one example is
   * -nll: ∇SimNPO = 2 σ(β mean + γ) ∇GA.
   */
  @ParameterizedTest
  @CsvSource({"0.5, 0", "4.5, 0", "0.5, 3"})
  void simNpo_oneExample_gradientIsAscentTimesWhatIsLeft(double beta, double margin) {
    List<TokenizedExample> one = FORGET.subList(0, 1);
    double mean = sum(model, one.get(0)) / 4;
    double left = 2 / (1 + Math.exp(-(beta * mean + margin)));
    LossRig rig = rig(model, one);
    assertThat(rig.of(new SimNpo(beta, margin, 1, 0)).distance(left, rig.of(new GradientAscent())))
        .isLessThan(1e-4);
  }

  /** p = 1/V everywhere: L = V^-β ln(1/V), and its gradient is that of ascent times V^-β. */
  @Test
  void weightedAscent_uniformModel_isAscentTimesTheWeight() {
    LossRig rig = rig(uniform, FORGET);
    LossAndGradient result = rig.of(new WeightedAscent(0.5, 0));
    assertThat(result.loss()).isCloseTo(-LOG_V / Math.sqrt(300), within(1e-5));
    assertThat(result.distance(1 / Math.sqrt(300), rig.of(new GradientAscent()))).isLessThan(1e-5);
  }

  /** β = 0 weighs every token alike: gradient ascent. */
  @Test
  void weightedAscent_betaZero_isGradientAscent() {
    LossRig rig = rig(model, FORGET);
    LossAndGradient ascent = rig.of(new GradientAscent());
    LossAndGradient result = rig.of(new WeightedAscent(0, 0));
    assertThat(result.loss()).isCloseTo(ascent.loss(), within(1e-5));
    assertThat(result.distance(1, ascent)).isLessThan(1e-5);
  }

  /** One label token: the weight p^β is a constant factor of ascent's gradient, not part of it. */
  @Test
  void weightedAscent_oneToken_weightHasNoGradient() {
    List<TokenizedExample> one = List.of(example(2, 5, 9, 17));
    double p = Math.exp(sum(model, one.get(0)));
    LossRig rig = rig(model, one);
    LossAndGradient ascent = rig.of(new GradientAscent());
    assertThat(rig.of(new WeightedAscent(1, 0)).distance(p, ascent)).isLessThan(1e-4);
    double weight = Math.pow(p, 0.5) * (1 - p) * (1 - p);
    assertThat(rig.of(new SatImp(0.5, 2, 3, 0)).distance(3 * weight, ascent)).isLessThan(1e-4);
  }

  /** p = 1/V everywhere: L = -w V^-½ (1 - 1/V)² ln V + α ln V. */
  @Test
  void satImp_uniformModel_byHand() {
    double weight = Math.pow(1 - 1 / 300.0, 2) / Math.sqrt(300);
    assertThat(rig(uniform, FORGET).of(new SatImp(0.5, 2, 3, 0.1)).loss())
        .isCloseTo((0.1 - 3 * weight) * LOG_V, within(1e-5));
  }

  /** Neither exponent: plain ascent. */
  @Test
  void satImp_bothExponentsZero_isGradientAscent() {
    LossRig rig = rig(model, FORGET);
    assertThat(rig.of(new SatImp(0, 0, 1, 0)).distance(1, rig.of(new GradientAscent())))
        .isLessThan(1e-5);
  }

  @Test
  void hyperParameters_outOfRange_areRefused() {
    assertThatThrownBy(() -> new Npo(0, 1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("beta must be > 0, got 0.0");
    assertThatThrownBy(() -> new Npo(0.1, -1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("retainWeight must be >= 0, got -1.0");
    assertThatThrownBy(() -> new GradDiff(-1, 1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("forgetWeight must be > 0, got -1.0");
  }

  private static LossRig rig(Llama model, List<TokenizedExample> forget) {
    return new LossRig(model, Materials.of(ReferenceLogProb.of(model, forget)), forget, RETAIN);
  }
}

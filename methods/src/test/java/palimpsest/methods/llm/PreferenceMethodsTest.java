package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private static final double LOG_V = Math.log(300);

  /** Four and two label tokens. */
  private static final List<TokenizedExample> FORGET =
      List.of(example(2, 5, 9, 17, 33, 12, 1), example(1, 40, 8, 1));

  /** Two and three label tokens, to the same questions. */
  private static final List<TokenizedExample> REFUSALS =
      List.of(example(2, 5, 9, 60, 1), example(1, 40, 60, 61, 1));

  /** Three and two label tokens. */
  private static final List<TokenizedExample> RETAIN =
      List.of(example(1, 7, 71, 200, 1), example(2, 250, 30, 31, 1));

  /** Two and four label tokens, to the same questions. */
  private static final List<TokenizedExample> RETAIN_REFUSALS =
      List.of(example(1, 7, 60, 1), example(2, 250, 30, 60, 61, 62, 1));

  private Llama model;
  private Llama uniform;

  @BeforeEach
  void open() {
    model = TinyModels.llama(1);
    uniform = TinyModels.llama(1);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      uniform.weights().flat().zero_();
    }
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
    LossRig.Result ascent = rig.of(new GradientAscent());
    LossRig.Result result = rig.of(new KlMinimisation(3));
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
      LossRig.Result result =
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
        references(FORGET, -4 * LOG_V - 1, -2 * LOG_V - 1 - Math.log(3) / beta)
            .and(references(REFUSALS, -2 * LOG_V - 1, -3 * LOG_V - 1));
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
        references(FORGET, sum(FORGET.get(0)) + gap)
            .and(references(REFUSALS, sum(REFUSALS.get(0))));
    double slope = 2 / (1 + Math.exp(beta * gap));
    LossRig.Result result = first(model, known).of(new Dpo(beta, 0));
    assertThat(result.plus(2 * slope, ascent(REFUSALS.get(0))).distance(4 * slope, answer()))
        .isLessThan(1e-4);
  }

  /** The second epoch takes the second alternate, the third the first again. */
  @Test
  void altPo_epochs_takeOneAlternateAfterTheOther() {
    TokenizedExample other = example(2, 5, 9, 70, 71, 72, 1);
    Alternatives both = new Alternatives(List.of(List.of(REFUSALS.get(0), other)));
    ReferenceLogProb zero =
        references(FORGET, 0).and(references(REFUSALS, 0)).and(references(List.of(other), 0));
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
        ReferenceLogProb.of(model, FORGET).and(references(REFUSALS, 0.0, sum(REFUSALS.get(1))));
    LossRig rig = rig(model, model, known);
    LossRig.Result npo = rig.of(new Npo(0.5, 2));
    LossRig.Result result = rig.of(new Kto(0.5, 2));
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
        references(FORGET, -4 * LOG_V - 2, -2 * LOG_V - 2 - Math.log(3) / beta)
            .and(references(REFUSALS, -2 * LOG_V - 1, -3 * LOG_V - 3));
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
        references(FORGET, sum(FORGET.get(0)) - r)
            .and(references(REFUSALS, sum(REFUSALS.get(0)) - z0));
    double slope = 2 / (1 + Math.exp(beta * (z0 - r)));
    assertThat(first(model, known).of(new Kto(beta, 0)).distance(4 * slope, answer()))
        .isLessThan(1e-4);
  }

  /** Descent on the refusals: ascent on them, reversed; in the uniform model L = (1 + α) ln V. */
  @Test
  void refusal_anyModel_isDescentOnRefusals() {
    LossRig.Result result = rig(model, model, ReferenceLogProb.NONE).of(new Refusal(0));
    LossRig.Result ascent =
        new LossRig(model, Materials.NONE, REFUSALS, RETAIN).of(new GradientAscent());
    assertThat(result.loss()).isCloseTo(-ascent.loss(), within(1e-5));
    assertThat(result.distance(-1, ascent)).isLessThan(1e-5);
    assertThat(rig(uniform, uniform, ReferenceLogProb.NONE).of(new Refusal(2)).loss())
        .isCloseTo(3 * LOG_V, within(1e-5));
  }

  /**
   * logp of retain answers is (-3, -2) ln V, of their refusals (-2, -4) ln V: gaps (-1, 2) ln V. β
   * = ½: -ln σ = (ln(1 + √V), ln(1 + 1/V)), whose mean counts α/β = 2 α times; the refusals to
   * forget questions add ln V.
   */
  @Test
  void idkAp_uniformModel_byHand() {
    double preservation = Math.log1p(Math.sqrt(300)) + Math.log1p(1 / 300.0);
    LossRig rig = rig(uniform, uniform, ReferenceLogProb.NONE);
    assertThat(rig.of(new IdkAp(0.5, 0)).loss()).isCloseTo(LOG_V, within(1e-5));
    assertThat(rig.of(new IdkAp(0.5, 3)).loss()).isCloseTo(LOG_V + 3 * preservation, within(1e-4));
  }

  /** dAP/dgap = -σ(-β gap): ∇AP = -σ(-β gap) (3 GA(answer) - 2 GA(refusal)). */
  @Test
  void idkAp_oneRetainExample_gradientRaisesAnswerAndLowersRefusal() {
    double beta = 0.5;
    TokenizedExample right = RETAIN.get(0);
    TokenizedExample refusal = RETAIN_REFUSALS.get(0);
    double slope = 1 / (1 + Math.exp(beta * (sum(right) - sum(refusal))));
    LossRig.Result result = first(model, ReferenceLogProb.NONE).of(new IdkAp(beta, 1).retainLoss());
    assertThat(result.plus(3 * slope, ascent(right)).distance(2 * slope, ascent(refusal)))
        .isLessThan(1e-4);
  }

  /** P = 1/V on both sides: L = -g(1/V) + f*(g(1/V)) + α ln V; g of total variation cancels. */
  @Test
  void flat_uniformModel_byHand() {
    double v = 1 / 300.0;
    LossRig rig = rig(uniform, uniform, ReferenceLogProb.NONE);
    assertThat(rig.of(new Flat(0, 0)).loss()).isCloseTo(0, within(1e-7));
    assertThat(rig.of(new Flat(1, 0)).loss()).isCloseTo(Math.exp(v - 1) - v, within(1e-6));
    assertThat(rig.of(new Flat(3, 0)).loss()).isCloseTo(v * v / 4, within(1e-8));
    assertThat(rig.of(new Flat(0, 2)).loss()).isCloseTo(2 * LOG_V, within(1e-5));
  }

  /**
   * One label token each, ∇P = p GA: ∇L = -g'(p) p GA(refusal) + (f* ∘ g)'(q) q GA(answer), with
   * these derivatives.
   */
  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3"})
  void flat_oneToken_gradientIsDerivativeTimesProbability(int divergence) {
    TokenizedExample refusal = example(2, 5, 9, 60);
    TokenizedExample told = example(2, 5, 9, 17);
    double p = Math.exp(sum(refusal));
    double q = Math.exp(sum(told));
    double up = List.of(sech2(p) / 2, 1.0, 1 / (1 + Math.exp(p)), 1.0).get(divergence);
    double down =
        List.of(sech2(q) / 2, Math.exp(q - 1), 1 / (1 + Math.exp(-q)), 1 + q / 2).get(divergence);
    Materials materials =
        new Materials(
            Optional.empty(),
            ReferenceLogProb.NONE,
            LossRig.one(List.of(refusal)),
            Alternatives.NONE);
    LossRig.Result result =
        new LossRig(model, materials, List.of(told), RETAIN).of(new Flat(divergence, 0));
    assertThat(result.plus(up * p, ascent(refusal)).distance(down * q, ascent(told)))
        .isLessThan(1e-4);
  }

  private static double sech2(double x) {
    return 1 / Math.pow(Math.cosh(x), 2);
  }

  @Test
  void hyperParameters_outOfRange_areRefused() {
    assertRefused(() -> new KlMinimisation(-1), "retainWeight must be >= 0, got -1.0");
    assertRefused(() -> new Dpo(0, 1), "beta must be > 0, got 0.0");
    assertRefused(() -> new AltPo(0.1, 0, 1), "alternates must be at least 1, got 0");
    assertRefused(() -> new Kto(-0.1, 1), "beta must be > 0, got -0.1");
    assertRefused(() -> new Refusal(-1), "retainWeight must be >= 0, got -1.0");
    assertRefused(() -> new IdkAp(0.1, -2), "retainWeight must be >= 0, got -2.0");
    assertRefused(() -> new Flat(4, 0), "divergence must be 0, 1, 2 or 3, got 4");
  }

  private static void assertRefused(Callable<DescentMethod> method, String message) {
    assertThatThrownBy(method::call).isInstanceOf(InvalidRequest.class).hasMessage(message);
  }

  private LossRig.Result answer() {
    return ascent(FORGET.get(0));
  }

  /** GA of one example. */
  private LossRig.Result ascent(TokenizedExample one) {
    return new LossRig(model, Materials.NONE, List.of(one), RETAIN).of(new GradientAscent());
  }

  private static LossRig rig(Llama model, Llama start, ReferenceLogProb reference) {
    return new LossRig(model, materials(start, reference), FORGET, RETAIN);
  }

  /** The first example of each set alone. */
  private static LossRig first(Llama model, ReferenceLogProb reference) {
    return new LossRig(
        model, materials(model, reference), FORGET.subList(0, 1), RETAIN.subList(0, 1));
  }

  private static Materials materials(Llama start, ReferenceLogProb reference) {
    return new Materials(
        Optional.of(start), reference, LossRig.one(REFUSALS), LossRig.one(RETAIN_REFUSALS));
  }

  /** A reference that gave these sums to the first examples. */
  private static ReferenceLogProb references(List<TokenizedExample> data, double... sums) {
    Map<TokenizedExample, float[]> values = new HashMap<>();
    for (int i = 0; i < sums.length; i++) {
      float[] tokens = new float[data.get(i).completionLength()];
      tokens[0] = (float) sums[i];
      values.put(data.get(i), tokens);
    }
    return new ReferenceLogProb(values);
  }

  private double sum(TokenizedExample one) {
    double sum = 0;
    for (float f : ReferenceLogProb.of(model, List.of(one)).tokens(one)) {
      sum += f;
    }
    return sum;
  }

  private static TokenizedExample example(int promptLength, int... ids) {
    return new TokenizedExample(ids, promptLength);
  }
}

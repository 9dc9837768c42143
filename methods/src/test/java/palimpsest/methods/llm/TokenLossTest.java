package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.methods.llm.ByHand.FORGET;
import static palimpsest.methods.llm.ByHand.LOG_V;
import static palimpsest.methods.llm.ByHand.RETAIN;
import static palimpsest.methods.llm.ByHand.V;
import static palimpsest.methods.llm.ByHand.example;
import static palimpsest.methods.llm.ByHand.reference;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.InvalidRequest;
import palimpsest.testkit.LeakCheck;
import palimpsest.testkit.LossAndGradient;
import palimpsest.testkit.TinyModels;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.ReferenceLogProb;

/** Losses on tokens, derived by hand on a model drawn at random and on the uniform one. */
@ExtendWith(LeakCheck.class)
class TokenLossTest {
  /** One label token. */
  private static final List<TokenizedExample> ONE = List.of(example(2, 5, 9, 17));

  /** The same prompt with each token of the vocabulary as its label. */
  private static final List<TokenizedExample> EVERY =
      IntStream.range(0, V).mapToObj(v -> example(2, 5, 9, v)).toList();

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

  /** KL(uniform || uniform) = 0, the least there is: no gradient either; the rest is α ln V. */
  @Test
  void maxEntropy_uniformModel_isDone() {
    LossAndGradient plain = rig(uniform, FORGET).of(new MaxEntropy(3, 0));
    assertThat(plain.loss()).isCloseTo(0, within(1e-5));
    assertThat(plain.norm()).isLessThan(1e-6);
    assertThat(rig(uniform, FORGET).of(new MaxEntropy(3, 2)).loss())
        .isCloseTo(2 * LOG_V, within(1e-5));
  }

  /**
   * KL(uniform || p) = (1/V) Σ_v nll(v) - ln V: descending it is descending the nll of every token
   * of the vocabulary at once, the negative of ascent on all.
   */
  @Test
  void maxEntropy_oneToken_isDescentOnTheWholeVocabulary() {
    LossAndGradient all = rig(model, EVERY).of(new GradientAscent());
    LossAndGradient result = rig(model, ONE).of(new MaxEntropy(0.5, 0));
    assertThat(result.loss()).isCloseTo(0.5 * (-all.loss() - LOG_V), within(1e-5));
    assertThat(result.distance(-0.5, all)).isLessThan(1e-4);
  }

  /** γ = 0 and the model still the starting one: CE(p, p) has its least value at p. */
  @Test
  void undial_noPenaltyAtTheStart_isAtRest() {
    LossAndGradient result = rig(model, model, FORGET).of(new Undial(0, 0));
    assertThat(result.loss()).isBetween(0.0, LOG_V);
    assertThat(result.norm()).isLessThan(1e-5);
  }

  /**
   * A uniform start and a large γ leave 1/(V-1) to each token but the label: L = (Σ_v nll(v) -
   * nll(label)) / (V-1) = (V (ME + ln V) - nll) / (V-1), and likewise its gradient.
   */
  @Test
  void undial_uniformStart_isEveryOtherToken() {
    LossRig rig = rig(model, uniform, FORGET);
    LossAndGradient entropy = rig.of(new MaxEntropy(1, 0));
    LossAndGradient ascent = rig.of(new GradientAscent());
    LossAndGradient result = rig.of(new Undial(1000, 0));
    assertThat(result.loss())
        .isCloseTo((V * (entropy.loss() + LOG_V) + ascent.loss()) / (V - 1), within(1e-4));
    assertThat(result.distance(V / (V - 1.0), entropy.plus(1.0 / V, ascent))).isLessThan(1e-4);
  }

  /** A uniform model gives -log p = ln V to whatever target, with α = 2 thrice that in all. */
  @Test
  void undialAndCeU_uniformModel_isLogV() {
    LossRig rig = rig(uniform, model, FORGET);
    assertThat(rig.of(new Undial(3, 0)).loss()).isCloseTo(LOG_V, within(1e-5));
    assertThat(rig.of(new Undial(3, 2)).loss()).isCloseTo(3 * LOG_V, within(1e-5));
    assertThat(rig.of(new CeU(1, 0)).loss()).isCloseTo(LOG_V, within(1e-5));
    assertThat(rig.of(new CeU(1, 2)).loss()).isCloseTo(3 * LOG_V, within(1e-5));
  }

  /**
   * dL/dz = p - q, where q = p/(1 - p_y) but 0 at the label y: that is p_y/(1 - p_y) (onehot - p),
   * and onehot - p is d log p_y/dz. So ∇CE-U = p/(1-p) ∇GA: ascent that fades.
   */
  @Test
  void ceU_oneToken_gradientIsAscentTimesTheOdds() {
    double p = Math.exp(logProbs(model, ONE)[0]);
    LossRig rig = rig(model, ONE);
    assertThat(rig.of(new CeU(0, 0)).distance(p / (1 - p), rig.of(new GradientAscent())))
        .isLessThan(1e-3); // p - q cancels to about p of its size
  }

  /**
   * To leave two label tokens out is to have them in the prompt; the second example has none left.
   */
  @Test
  void ceU_firstTokensLeftOut_areAsIfInThePrompt() {
    LossAndGradient longer = rig(model, List.of(example(4, 5, 9, 17, 33, 12, 1))).of(new CeU(0, 0));
    LossAndGradient result = rig(model, FORGET).of(new CeU(2, 0));
    assertThat(result.loss()).isCloseTo(longer.loss(), within(1e-5));
    assertThat(result.distance(1, longer)).isLessThan(1e-4);
  }

  @Test
  void ceU_everyTokenLeftOut_isZero() {
    LossAndGradient result = rig(model, FORGET).of(new CeU(4, 0));
    assertThat(result.loss()).isZero();
    assertThat(result.norm()).isZero();
  }

  /** p = p_ref: every weight is 1 whatever β, plain ascent. */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 4})
  void tnpo_referenceIsModel_isGradientAscent(double beta) {
    LossRig rig = rig(model, FORGET);
    LossAndGradient ascent = rig.of(new GradientAscent());
    LossAndGradient result = rig.of(new Tnpo(beta, 0));
    assertThat(result.loss()).isCloseTo(ascent.loss(), within(1e-5));
    assertThat(result.distance(1, ascent)).isLessThan(1e-5);
  }

  /** One token: the weight 2 σ(β (log p - log p_ref)) is a factor of ascent, not part of it. */
  @ParameterizedTest
  @CsvSource({"0.5, 2", "0.5, -2", "4, 1", "4, -3"})
  void tnpo_oneToken_gradientIsFadingAscent(double beta, double gap) {
    double logProb = logProbs(model, ONE)[0];
    LossRig rig = new LossRig(model, Materials.of(reference(ONE, logProb - gap)), ONE, RETAIN);
    LossAndGradient ascent = rig.of(new GradientAscent());
    double weight = 2 / (1 + Math.exp(-beta * gap));
    assertThat(rig.of(new Tnpo(beta, 0)).distance(weight, ascent)).isLessThan(1e-4);
    double likely = weight * Math.exp(0.25 * logProb);
    assertThat(rig.of(new Wtnpo(beta, 0.25, 0)).distance(likely, ascent)).isLessThan(1e-4);
  }

  /** p = p_ref: the weight is p^a, weighted ascent; with a = 0 it is TNPO against any reference. */
  @Test
  void wtnpo_limits_areWeightedAscentAndTnpo() {
    LossRig same = rig(model, FORGET);
    LossAndGradient weighted = same.of(new WeightedAscent(0.3, 0));
    assertThat(same.of(new Wtnpo(2, 0.3, 0)).distance(1, weighted)).isLessThan(1e-5);
    LossRig other = rig(model, uniform, FORGET);
    assertThat(other.of(new Wtnpo(2, 0, 0)).distance(1, other.of(new Tnpo(2, 0)))).isZero();
  }

  /** All logits are alike: nothing to flatten. With λ = 2 the retain term adds 2 ln V. */
  @Test
  void pdu_uniformModel_isFlat() {
    LossAndGradient plain = rig(uniform, FORGET).of(new Pdu(1, 0, 0, 0, 0));
    assertThat(plain.loss()).isZero();
    assertThat(plain.norm()).isZero();
    assertThat(rig(uniform, FORGET).of(new Pdu(1, 2, 1, 0.3, 0)).loss())
        .isCloseTo(2 * LOG_V, within(1e-5));
  }

  /** max z - mean z = max_v log p(v) - mean_v log p(v): the normaliser cancels. */
  @Test
  void pdu_oneToken_isSquaredMargin() {
    double[] all = logProbs(model, EVERY);
    double mean = IntStream.range(0, V).mapToDouble(i -> all[i]).average().orElseThrow();
    double most = IntStream.range(0, V).mapToDouble(i -> all[i]).max().orElseThrow();
    assertThat(rig(model, ONE).of(new Pdu(3, 0, 0, 0, 0)).loss())
        .isCloseTo(3 * (most - mean) * (most - mean), within(1e-5));
  }

  /** λ + η (loss - ε), never below 0, and unmoved in the first epochs. */
  @Test
  void pdu_dualStep_byHand() {
    Pdu method = new Pdu(1, 1, 2, 0.5, 1);
    assertThat(method.weightRule().next(1, 0.75, 0)).isEqualTo(1);
    assertThat(method.weightRule().next(1, 0.75, 1)).isEqualTo(1.5);
    assertThat(method.weightRule().next(1, 0.25, 1)).isEqualTo(0.5);
    assertThat(method.weightRule().next(0.25, 0.25, 1)).isZero();
  }

  @Test
  void hyperParameters_outOfRange_areRefused() {
    assertThatThrownBy(() -> new CeU(-1, 0))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("ignoreFirst must be at least 0, got -1");
    assertThatThrownBy(() -> CeU.defaults().with(Map.of("ignoreFirst", 0.5)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("ignoreFirst must be a whole number");
    assertThatThrownBy(() -> new Tnpo(0, 1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("beta must be > 0, got 0.0");
    assertThatThrownBy(() -> new Undial(-1, 0))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("penalty must be >= 0, got -1.0");
  }

  /** The model is its own reference and start. */
  private static LossRig rig(Llama model, List<TokenizedExample> forget) {
    return rig(model, model, forget);
  }

  private static LossRig rig(Llama model, Llama start, List<TokenizedExample> forget) {
    Materials materials = LossRig.from(start, ReferenceLogProb.of(start, forget));
    return new LossRig(model, materials, forget, RETAIN);
  }

  /** Of the first label token of each example. */
  private static double[] logProbs(Llama model, List<TokenizedExample> data) {
    ReferenceLogProb values = ReferenceLogProb.of(model, data);
    return data.stream().mapToDouble(e -> values.tokens(e)[0]).toArray();
  }
}

package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.methods.llm.ByHand.LOG_V;
import static palimpsest.methods.llm.ByHand.REFUSALS;
import static palimpsest.methods.llm.ByHand.RETAIN;
import static palimpsest.methods.llm.ByHand.RETAIN_REFUSALS;
import static palimpsest.methods.llm.ByHand.ascent;
import static palimpsest.methods.llm.ByHand.example;
import static palimpsest.methods.llm.ByHand.first;
import static palimpsest.methods.llm.ByHand.rig;
import static palimpsest.methods.llm.ByHand.sum;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.ReferenceLogProb;

/**
 * Derived by hand, on a random model and on the uniform one, where every token has log-probability
 * -ln V, V = 300. GA(x) is the gradient of gradient ascent on x alone, so that an example of n
 * label tokens has ∇logp = n GA.
 */
@ExtendWith(LeakCheck.class)
class RefusalMethodsTest {
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

  /** Descent on the refusals: ascent on them, reversed; in the uniform model L = (1 + α) ln V. */
  @Test
  void refusal_anyModel_isDescentOnRefusals() {
    LossAndGradient result = rig(model, model, ReferenceLogProb.NONE).of(new Refusal(0));
    LossAndGradient ascent =
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
    double slope = 1 / (1 + Math.exp(beta * (sum(model, right) - sum(model, refusal))));
    LossAndGradient result =
        first(model, ReferenceLogProb.NONE).of(new IdkAp(beta, 1).retainLoss());
    assertThat(
            result
                .plus(3 * slope, ascent(model, right))
                .distance(2 * slope, ascent(model, refusal)))
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
    assertThat(rig.of(new Flat(5, 0)).loss()).isCloseTo(v - 1 + Math.exp(-v), within(1e-7));
    assertThat(rig.of(new Flat(6, 0)).loss())
        .isCloseTo(Math.exp(v) + Math.exp(-v) - 2, within(1e-7));
    assertThat(rig.of(new Flat(7, 0)).loss())
        .isCloseTo(1 + Math.exp(-v) - 2 * Math.exp(-v / 2), within(1e-7));
    assertThat(rig.of(new Flat(0, 2)).loss()).isCloseTo(2 * LOG_V, within(1e-5));
  }

  /**
   * One label token each, ∇P = p GA: ∇L = -g'(p) p GA(refusal) + (f* ∘ g)'(q) q GA(answer), with
   * these derivatives.
   */
  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3", "4", "5", "6", "7"})
  void flat_oneToken_gradientIsDerivativeTimesProbability(int divergence) {
    TokenizedExample refusal = example(2, 5, 9, 60);
    TokenizedExample told = example(2, 5, 9, 17);
    double p = Math.exp(sum(model, refusal));
    double q = Math.exp(sum(model, told));
    double e = Math.exp(-p);
    double up =
        List.of(sech2(p) / 2, 1.0, 1 / (1 + Math.exp(p)), 1.0, 1.0, e, e, e).get(divergence);
    double down =
        List.of(
                sech2(q) / 2,
                Math.exp(q - 1),
                1 / (1 + Math.exp(-q)),
                1 + q / 2,
                jeffreyRatio(q),
                1.0,
                Math.exp(q),
                Math.exp(-q / 2))
            .get(divergence);
    Materials materials =
        new Materials(
            Optional.empty(),
            ReferenceLogProb.NONE,
            LossRig.one(List.of(refusal)),
            Alternatives.NONE);
    LossAndGradient result =
        new LossRig(model, materials, List.of(told), RETAIN).of(new Flat(divergence, 0));
    assertThat(result.plus(up * p, ascent(model, refusal)).distance(down * q, ascent(model, told)))
        .isLessThan(1e-4);
  }

  /** The t at which f'(t) = ln t + 1 - 1/t, the derivative of (t - 1) ln t, is v; by halving. */
  private static double jeffreyRatio(double v) {
    double low = 0.5;
    double high = 3;
    for (int i = 0; i < 60; i++) {
      double t = (low + high) / 2;
      if (Math.log(t) + 1 - 1 / t < v) {
        low = t;
      } else {
        high = t;
      }
    }
    return low;
  }

  private static double sech2(double x) {
    return 1 / Math.pow(Math.cosh(x), 2);
  }

  @Test
  void hyperParameters_outOfRange_areRefused() {
    assertRefused(() -> new Refusal(-1), "retainWeight must be >= 0, got -1.0");
    assertRefused(() -> new IdkAp(0.1, -2), "retainWeight must be >= 0, got -2.0");
    assertRefused(() -> new Flat(8, 0), "divergence must be from 0 to 7, got 8");
  }

  private static void assertRefused(Callable<DescentMethod> method, String message) {
    assertThatThrownBy(method::call).isInstanceOf(InvalidRequest.class).hasMessage(message);
  }
}

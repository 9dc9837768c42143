package palimpsest.metrics.forgetting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.metrics.Items.against;
import static palimpsest.metrics.Items.alone;
import static palimpsest.metrics.Items.item;
import static palimpsest.metrics.Items.items;
import static palimpsest.metrics.Items.measured;
import static palimpsest.metrics.Items.on;
import static palimpsest.metrics.Items.reason;
import static palimpsest.metrics.Items.trace;
import static palimpsest.metrics.Items.value;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import palimpsest.api.Diverged;
import palimpsest.api.Evidence;
import palimpsest.api.Metric;
import palimpsest.api.Metric.Better;
import palimpsest.api.Score.Measured;
import palimpsest.api.Split;
import palimpsest.api.Trace;

class ForgettingTest {

  /** Means -2 (of -1 and -3, the end token included) and 0: (e^-2 + 1) / 2. */
  @Test
  void probability_twoAnswers_isTheMeanOfLengthNormalised() {
    Evidence evidence = on(Split.FORGET, items(trace(-1, -3), trace(0, 0, 0)));
    Measured score = measured(Probability.defaults().score(alone(evidence)));
    assertThat(score.value()).isCloseTo((Math.exp(-2) + 1) / 2, within(1e-15));
    assertThat(score.because().from().get(1).what()).isEqualTo("forget: data.jsonl#2");
  }

  @Test
  void probability_otherSplit_saysSoInItsIdAndTurnsItsDirection() {
    Metric retain = new Probability(Split.REAL_AUTHORS);
    assertThat(retain.id()).isEqualTo("forgetting.probability@real-authors");
    assertThat(retain.better()).isEqualTo(Better.HIGHER);
    assertThat(Probability.defaults().better()).isEqualTo(Better.LOWER);
    assertThat(new TruthRatio(Split.RETAIN).better()).isEqualTo(Better.LOWER);
    assertThat(new Probability(Split.HOLDOUT).better()).isEqualTo(Better.NEARER_REFERENCE);
  }

  @Test
  void anyMetric_infiniteLoss_isRefusedByNameOfTheExample() {
    Evidence evidence = on(Split.FORGET, List.of(item(7, -1, Double.NEGATIVE_INFINITY, -1)));
    assertThatThrownBy(() -> ForgetQuality.defaults().score(against(evidence, evidence)))
        .isInstanceOf(Diverged.class)
        .hasMessageStartingWith("forget: data.jsonl#7: log truth ratio is Infinity");
  }

  /** Hits T F T and an end token that is not counted: 2/3. */
  @Test
  void exactMemorisation_endToken_isNotCounted() {
    boolean[] hit = {true, false, true, true};
    Evidence evidence = on(Split.FORGET, items(trace(new double[4], hit)));
    assertThat(value(ExactMemorisation.defaults().score(alone(evidence)))).isEqualTo(2 / 3.0);
  }

  /** Suffix of hits from k = 1 of L = 3: 2/3. Last token missed: 0, not 1/3. All hit: 1. */
  @Test
  void extractionStrength_suffixOfHits_byHand() {
    assertThat(strength(false, true, true)).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(strength(true, true, false)).isZero();
    assertThat(strength(true, true, true)).isEqualTo(1);
  }

  private static double strength(boolean a, boolean b, boolean c) {
    Trace trace = trace(new double[4], new boolean[] {a, b, c, false});
    return value(ExtractionStrength.defaults().score(alone(on(Split.FORGET, items(trace)))));
  }

  @Test
  void memorisation_onlyEndTokens_leavesThemOutOrHasNoScore() {
    Evidence some = on(Split.FORGET, items(trace(-1), trace(0, -1)));
    assertThat(measured(ExactMemorisation.defaults().score(alone(some))).warnings())
        .containsExactly(
            "1 of 2 forget examples left out: they lack an answer token besides the end token");
    Evidence none = on(Split.FORGET, items(trace(-1)));
    assertThat(reason(ExtractionStrength.defaults().score(alone(none))))
        .isEqualTo("no forget example has an answer token besides the end token");
  }

  /** Right -1, wrong -2 and -4 (geometric mean e^-3): R = e^-2; mirrored R = e^2 gives the same. */
  @Test
  void truthRatio_eitherSide_isNearnessToOne() {
    assertThat(ratio(-1, -2, -4)).isCloseTo(Math.exp(-2), within(1e-15));
    assertThat(ratio(-3, -1, -1)).isCloseTo(Math.exp(-2), within(1e-15));
    assertThat(ratio(-3, -2, -4)).isEqualTo(1);
  }

  /**
   * A collapsed model: probabilities e^-100 and e^-101 are still told apart by e^-1, not by 1e-10.
   */
  @Test
  void truthRatio_collapsedModel_isNotDrownedInAnEpsilon() {
    assertThat(ratio(-100, -101, -101)).isCloseTo(Math.exp(-1), within(1e-12));
  }

  private static double ratio(double right, double... wrong) {
    Evidence evidence = on(Split.FORGET, List.of(item(1, -9, right, wrong)));
    return value(TruthRatio.defaults().score(alone(evidence)));
  }

  @Test
  void forgetQuality_sameModel_isOne() {
    Evidence evidence = ratios(40, 0);
    assertThat(measured(ForgetQuality.defaults().score(against(evidence, evidence))))
        .satisfies(
            score -> {
              assertThat(score.value()).isEqualTo(1);
              assertThat(score.warnings()).isEmpty();
            });
  }

  /** Disjoint, 400 against 400: 2/C(800, 400) = 1.0636e-239, the figure printed for collapse. */
  @Test
  void forgetQuality_disjoint_isSaturatedAndSaysSo() {
    Measured score =
        measured(ForgetQuality.defaults().score(against(ratios(400, 0), ratios(400, 500))));
    assertThat(score.value()).isCloseTo(1.06358967695e-239, within(1e-250));
    assertThat(score.because().from().get(2).value()).isCloseTo(-238.97322588652, within(1e-9));
    assertThat(score.warnings()).singleElement().asString().startsWith("saturated: ");
  }

  @Test
  void forgetQuality_thousandDisjoint_isReadFromItsLogarithm() {
    Measured score =
        measured(ForgetQuality.defaults().score(against(ratios(1000, 0), ratios(1000, 1500))));
    assertThat(score.value()).isZero();
    assertThat(score.because().from().get(2).value()).isCloseTo(-600.0103, within(1e-4));
    assertThat(score.warnings()).anyMatch(w -> w.startsWith("p is below the range"));
  }

  @Test
  void forgetQuality_fewExamples_warnsOfWeakEvidence() {
    Measured score =
        measured(ForgetQuality.defaults().score(against(ratios(10, 0), ratios(10, 1))));
    assertThat(score.warnings())
        .singleElement()
        .asString()
        .isEqualTo(
            "small sample: n = 10, m = 10, so a large p is weak evidence of likeness; log10 p"
                + " cannot fall below -5.0");
  }

  @Test
  void forgetQuality_noReference_isNotMeasured() {
    assertThat(reason(ForgetQuality.defaults().score(alone(ratios(40, 0)))))
        .startsWith("no retrained reference");
  }

  private static Evidence ratios(int size, int from) {
    return on(
        Split.FORGET,
        IntStream.range(0, size).mapToObj(i -> item(i + 1, -1, -(from + i) / 10.0, -1)).toList());
  }

  /** Tokens -1, -3 and an end token of -50 that is counted here and there not: e^-18 and e^-2. */
  @Test
  void probabilityWithoutEnd_unlikelyEnd_isNotCounted() {
    Evidence evidence = on(Split.FORGET, items(trace(-1, -3, -50)));
    assertThat(value(ProbabilityWithoutEnd.defaults().score(alone(evidence))))
        .isCloseTo(Math.exp(-2), within(1e-15));
    assertThat(value(Probability.defaults().score(alone(evidence))))
        .isCloseTo(Math.exp(-18), within(1e-15));
  }

  /** Right 1/2, wrong 1/4 and 1/8: (1/2) / (7/8) = 4/7; the same a thousand nats lower. */
  @Test
  void probabilityWithOptions_twoWrongOnes_isTheShare() {
    double half = Math.log(0.5);
    for (double lower : new double[] {0, -1000}) {
      Evidence evidence =
          on(
              Split.REAL_AUTHORS,
              List.of(item(1, half + lower, -9, 2 * half + lower, 3 * half + lower)));
      assertThat(value(ProbabilityWithOptions.defaults().score(alone(evidence))))
          .isCloseTo(4 / 7.0, within(1e-12));
    }
  }

  /**
   * Right e^-1, wrong e^-2 and e^-4. Geometric: w = e^-3, R = e^-2, share 1/(1 + e^-2), 1 - R.
   * Arithmetic: R = (e^-1 + e^-3)/2.
   */
  @Test
  void truthRatioForms_oneExample_byHand() {
    Evidence evidence = on(Split.FORGET, List.of(item(1, -9, -1, -2, -4)));
    assertThat(value(TruthRatioProbMean.defaults().score(alone(evidence))))
        .isCloseTo(1 / (1 + Math.exp(-2)), within(1e-15));
    assertThat(value(TruthRatioTrueBetter.defaults().score(alone(evidence))))
        .isCloseTo(1 - Math.exp(-2), within(1e-15));
    assertThat(value(TruthRatioArithmetic.defaults().score(alone(evidence))))
        .isCloseTo((Math.exp(-1) + Math.exp(-3)) / 2, within(1e-15));
  }

  /** On real authors R is taken against the true answer, here -9, not the paraphrase: 0. */
  @Test
  void truthRatioTrueBetter_realAuthors_isAgainstTheTrueAnswer() {
    Evidence evidence = on(Split.REAL_AUTHORS, List.of(item(1, -9, -1, -2, -4)));
    assertThat(value(new TruthRatioTrueBetter(Split.REAL_AUTHORS).score(alone(evidence)))).isZero();
  }

  @Test
  void truthRatioForms_directions_areTheirOwn() {
    assertThat(TruthRatioProbMean.defaults().better()).isEqualTo(Better.LOWER);
    assertThat(TruthRatioArithmetic.defaults().better()).isEqualTo(Better.HIGHER);
    assertThat(new TruthRatioTrueBetter(Split.RETAIN).better()).isEqualTo(Better.HIGHER);
  }

  /** Log ratios 0, ..., 39 against 20, ..., 59 tenths: the gap is 1/2 at its widest. */
  @Test
  void forgetDistance_halfOverlapping_isOneHalf() {
    Measured score =
        measured(ForgetDistance.defaults().score(against(ratios(40, 0), ratios(40, 20))));
    assertThat(score.value()).isEqualTo(0.5);
    assertThat(score.warnings()).isEmpty();
    assertThat(
            measured(ForgetDistance.defaults().score(against(ratios(9, 0), ratios(9, 50))))
                .warnings())
        .singleElement()
        .asString()
        .startsWith("saturated");
    assertThat(reason(ForgetDistance.defaults().score(alone(ratios(9, 0)))))
        .startsWith("no retrained reference");
  }

  @Test
  void saturation_atTheEnds_isSaid() {
    assertThat(warnings(trace(0), trace(0))).singleElement().asString().contains("values are 1");
    assertThat(warnings(trace(-800), trace(-800)))
        .singleElement()
        .asString()
        .contains("values are 0");
    assertThat(warnings(trace(-30), trace(-31)))
        .singleElement()
        .asString()
        .startsWith("saturated: 6.4e-14 is practically 0");
    assertThat(warnings(trace(-1), trace(-2))).isEmpty();
  }

  private static List<String> warnings(Trace... traces) {
    return measured(Probability.defaults().score(alone(on(Split.FORGET, items(traces)))))
        .warnings();
  }
}

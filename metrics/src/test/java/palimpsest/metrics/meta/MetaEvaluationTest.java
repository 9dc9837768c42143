package palimpsest.metrics.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.metrics.Items.alone;
import static palimpsest.metrics.Items.items;
import static palimpsest.metrics.Items.measured;
import static palimpsest.metrics.Items.on;
import static palimpsest.metrics.Items.reason;
import static palimpsest.metrics.Items.trace;
import static palimpsest.metrics.Items.value;

import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Split;
import palimpsest.metrics.Recomputed;
import palimpsest.metrics.forgetting.Probability;
import palimpsest.metrics.meta.MetaEvaluation.Sense;

class MetaEvaluationTest {
  private static final Offset<Double> TINY = within(1e-15);
  private static final MetaEvaluation GROWS = new MetaEvaluation(Sense.GROWS);
  private static final MetaEvaluation FALLS = new MetaEvaluation(Sense.FALLS);

  /** With .9, .5 against without .5, .1: wins 1, 1, 1/2, 1 of four, 7/8; turned round, 1/8. */
  @Test
  void faithfulness_twoAgainstTwo_countsWins() {
    Map<String, Double> with = Map.of("p1", 0.9, "p2", 0.5);
    Map<String, Double> without = Map.of("n1", 0.5, "n2", 0.1);
    assertThat(value(GROWS.faithfulness(with, without))).isEqualTo(7 / 8.0);
    assertThat(value(FALLS.faithfulness(with, without))).isEqualTo(1 / 8.0);
    Recomputed.check(measured(GROWS.faithfulness(with, without)).because());
  }

  /**
   * The retrained rises by .2. Unlearned models rise by .4: 1/2; by .1: 1; fall by .3: 1. Mean 5/6.
   * A retrained one that falls: a rising one has 0.
   */
  @Test
  void relearning_risesAgainstTheRetrained_byHand() {
    Map<String, Change> unlearned =
        Map.of("a", new Change(0.1, 0.5), "b", new Change(0.1, 0.2), "c", new Change(0.4, 0.1));
    assertThat(value(GROWS.relearning(unlearned, new Change(0.1, 0.3)))).isCloseTo(5 / 6.0, TINY);
    assertThat(value(GROWS.relearning(Map.of("a", new Change(0, 1)), new Change(0.3, 0.2))))
        .isZero();
  }

  /** Where the retrained falls by .1, one that stays or falls by less has risen no more: 1. */
  @Test
  void relearning_retrainedFalls_isDefinedForOneThatDoesNotRise() {
    Change falls = new Change(0.3, 0.2);
    assertThat(value(GROWS.relearning(Map.of("a", new Change(0.1, 0.1)), falls))).isEqualTo(1);
    assertThat(value(GROWS.relearning(Map.of("a", new Change(0.2, 0.15)), falls))).isEqualTo(1);
  }

  /** A value that falls from .9 to .5 is a rise of .4 in knowledge; the retrained's is .1: 1/4. */
  @Test
  void relearning_ofAFallingMetric_isTurned() {
    assertThat(value(FALLS.relearning(Map.of("a", new Change(0.9, 0.5)), new Change(0.9, 0.8))))
        .isCloseTo(0.25, within(1e-14));
  }

  /** From .2 to .8: before/after = 1/4, after/before at most 1, symmetric 1 - .6/1 = .4. */
  @Test
  void quantization_threeForms_byHand() {
    Map<String, Change> back = Map.of("a", new Change(0.2, 0.8));
    assertThat(value(GROWS.quantization(back))).isCloseTo(0.25, TINY);
    assertThat(value(GROWS.quantizationKept(back))).isEqualTo(1);
    assertThat(value(GROWS.quantizationSymmetric(back))).isCloseTo(0.4, TINY);
    Map<String, Change> lost = Map.of("a", new Change(0.8, 0.2));
    assertThat(value(GROWS.quantization(lost))).isEqualTo(1);
    assertThat(value(GROWS.quantizationKept(lost))).isCloseTo(0.25, TINY);
    assertThat(value(GROWS.quantizationSymmetric(lost))).isCloseTo(0.4, TINY);
    assertThat(value(FALLS.quantization(Map.of("a", new Change(0.8, 0.2))))).isCloseTo(0.25, TINY);
  }

  @Test
  void ratios_ofNothing_areDefined() {
    Map<String, Change> none = Map.of("a", new Change(0, 0));
    assertThat(value(GROWS.quantization(none))).isEqualTo(1);
    assertThat(value(GROWS.quantizationSymmetric(none))).isEqualTo(1);
    assertThat(value(GROWS.relearning(none, new Change(0, 0)))).isEqualTo(1);
    assertThat(value(GROWS.relearning(none, new Change(0.3, 0.2)))).isEqualTo(1);
    assertThat(value(GROWS.relearning(Map.of("a", new Change(0.3, 0.2)), new Change(0.3, 0.1))))
        .isEqualTo(1);
    assertThat(value(GROWS.relearningSymmetric(none, new Change(0, 0)))).isEqualTo(1);
    assertThat(value(GROWS.quantization(Map.of("a", new Change(0, 0.5))))).isZero();
  }

  /** Rises .3 and .1: 1 - .2/.4 = 1/2. Rises .3 and -.1: 1 - .4/.4 = 0. */
  @Test
  void relearningSymmetric_rises_byHand() {
    Map<String, Change> unlearned = Map.of("a", new Change(0, 0.3));
    assertThat(value(GROWS.relearningSymmetric(unlearned, new Change(0, 0.1))))
        .isCloseTo(0.5, within(1e-14));
    assertThat(value(GROWS.relearningSymmetric(unlearned, new Change(0.1, 0))))
        .isCloseTo(0, within(1e-14));
  }

  /** R 1/2 and Q 1/4: 2/(2 + 4) = 1/3. */
  @Test
  void harmonic_oneHalfAndOneQuarter_isOneThird() {
    var r = GROWS.relearning(Map.of("a", new Change(0, 0.4)), new Change(0, 0.2));
    var q = GROWS.quantization(Map.of("a", new Change(0.2, 0.8)));
    assertThat(value(MetaEvaluation.harmonic(r, q))).isCloseTo(1 / 3.0, TINY);
    assertThat(reason(MetaEvaluation.harmonic(r, new NotMeasured("no GPU")))).isEqualTo("no GPU");
    assertThat(reason(GROWS.quantization(Map.of()))).startsWith("no unlearned models");
    assertThat(reason(GROWS.faithfulness(Map.of(), Map.of("n", 0.0)))).startsWith("no models with");
  }

  @Test
  void values_ofTrials_areTheMetricsOrRefused() {
    var trial = alone(on(Split.FORGET, items(trace(0), trace(0))));
    assertThat(MetaEvaluation.values(Probability.defaults(), Map.of("m", trial)))
        .isEqualTo(Map.of("m", 1.0));
    var none = alone(on(Split.RETAIN, items(trace(0))));
    assertThatThrownBy(() -> MetaEvaluation.values(Probability.defaults(), Map.of("m", none)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith("forgetting.probability of model m: no forget examples");
  }
}

package palimpsest.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.Evidence;
import palimpsest.api.Metric;
import palimpsest.api.Score.Measured;
import palimpsest.api.Trial;

/**
 * What every metric must do. If a metric is wrong in a way that this does not see, this must be
 * made better.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MetricContract {

  /** The metrics under test. */
  abstract Stream<Metric> metrics();

  @ParameterizedTest
  @MethodSource("metrics")
  void score_fullTrial_isFiniteAndInItsStatedRange(Metric metric) {
    for (double forget = 0; forget <= 1; forget += 0.125) {
      double value = Items.value(metric.score(Trials.trial(forget, 0.95 - forget / 2)));
      assertThat(value).isFinite();
      assertInRange(metric, value);
    }
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_collapsedModel_isFiniteAndInItsStatedRange(Metric metric) {
    Evidence collapsed = Trials.evidence(Trials.knowledge(0, 0), 1e4);
    Trial trial =
        new Trial(
            collapsed,
            Optional.of(Trials.reference()),
            Optional.of(Trials.evidence(Trials.knowledge(1, 1), 1)));
    assertInRange(metric, Items.value(metric.score(trial)));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_itemsInOtherOrder_isTheSameToTheBit(Metric metric) {
    Trial trial = Trials.trial(0.7, 0.8);
    Trial shuffled =
        new Trial(
            Trials.shuffled(trial.subject()),
            trial.reference().map(Trials::shuffled),
            trial.original().map(Trials::shuffled));
    assertThat(Items.value(metric.score(shuffled))).isEqualTo(Items.value(metric.score(trial)));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_sameTrialTwice_isTheSame(Metric metric) {
    assertThat(metric.score(Trials.trial(0.7, 0.8)))
        .isEqualTo(metric.score(Trials.trial(0.7, 0.8)));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_betterModel_movesInTheStatedDirection(Metric metric) {
    double better = Items.value(metric.score(Trials.trial(0.2, 0.9)));
    double worse = Items.value(metric.score(Trials.trial(0.95, 0.5)));
    Trial ideal =
        new Trial(
            Trials.reference(), Optional.of(Trials.reference()), Trials.trial(0, 0).original());
    switch (metric.better()) {
      case HIGHER -> assertThat(better).isGreaterThan(worse);
      case LOWER -> assertThat(better).isLessThan(worse);
      case NEARER_REFERENCE -> {
        double wanted = Items.value(metric.score(ideal));
        assertThat(Math.abs(better - wanted)).isLessThan(Math.abs(worse - wanted));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void explanation_fullTrial_recomputesToTheValueDownToExamples(Metric metric) {
    Measured score = Items.measured(metric.score(Trials.trial(0.7, 0.8)));
    Recomputed.check(score.because());
    assertThat(Recomputed.leaves(score.because()))
        .anyMatch(leaf -> leaf.what().matches("[a-z ]+: data\\.jsonl#[0-9]+"));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_nothingEvaluated_isNotMeasuredWithAReasonToActOn(Metric metric) {
    Evidence empty = new Evidence("digest", Map.of());
    assertThat(Items.reason(metric.score(Items.alone(empty))))
        .matches("(?s).*(no |neither ).*")
        .hasSizeGreaterThan(20);
    assertThat(Items.reason(metric.score(new Trial(empty, Optional.of(empty), Optional.of(empty)))))
        .contains("no ");
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void words_always_sayWhatItIs(Metric metric) {
    assertThat(metric.id()).matches("[a-z]+\\.[a-z0-9-]+(@[a-z-]+)?");
    assertThat(metric.version()).isPositive();
    assertThat(metric.meaning()).matches("(?s)(0 to 1|-100 and up).*");
  }

  private static void assertInRange(Metric metric, double value) {
    if (metric.meaning().startsWith("0 to 1")) {
      assertThat(value).isBetween(0.0, 1.0);
    } else {
      assertThat(value).isGreaterThanOrEqualTo(-100);
    }
  }
}

package palimpsest.metrics.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.metrics.image.Drawings.drawn;
import static palimpsest.metrics.image.Drawings.evidence;
import static palimpsest.metrics.image.Drawings.perfect;
import static palimpsest.metrics.image.Drawings.trial;
import static palimpsest.metrics.image.Drawings.withoutNeon;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.Explanation;
import palimpsest.api.Metric.Better;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureMetric;
import palimpsest.api.PictureTrial;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.metrics.Recomputed;

/** Two objects in three styles with three seeds; neon is erased: 6 of 18 pictures ask for it. */
class ImageMetricsTest {

  static Stream<PictureMetric> metrics() {
    return ImageMetrics.all().stream();
  }

  private static double value(String id, PictureEvidence subject) {
    return measured(ImageMetrics.byId(id).score(trial(subject))).value();
  }

  private static Measured measured(Score score) {
    return score.fold(m -> m, n -> fail(n.reason()));
  }

  private static Measured fail(String reason) {
    throw new AssertionError(reason);
  }

  private static String reason(PictureMetric metric, PictureTrial trial) {
    return metric.score(trial).fold(m -> "measured " + m.value(), n -> n.reason());
  }

  /**
   * Seed 1 draws flat for neon, the others neon: of 6 pictures (2 objects x 3 seeds) 2 are not
   * neon, UA = 1/3. All else is drawn as asked: IRA = 12/12, CRA = 18/18.
   */
  @Test
  void accuracies_oneSeedOfThreeForgets() {
    PictureEvidence subject =
        evidence(
            "subject",
            (p, seed) ->
                drawn(
                    p,
                    seed,
                    p.object(),
                    p.style().equals("neon") && seed == 1 ? "flat" : p.style()));
    assertThat(value("image.ua", subject)).isCloseTo(1 / 3.0, within(1e-15));
    assertThat(value("image.ira", subject)).isEqualTo(1);
    assertThat(value("image.cra", subject)).isEqualTo(1);
  }

  /**
   * Every neon cat is a flat fish and every mosaic fish flat. UA: 3 of 6. IRA: of 12 flat and
   * mosaic pictures the 3 mosaic fish fail, 9/12. CRA: of 18 objects the 3 neon cats fail, 15/18;
   * without the target 12/12.
   */
  @Test
  void accuracies_countWhatTheirDefinitionsSay() {
    PictureEvidence subject =
        evidence(
            "subject",
            (p, seed) -> {
              boolean lost = p.caption().equals("cat in neon");
              boolean plain = lost || p.caption().equals("fish in mosaic");
              return drawn(p, seed, lost ? "fish" : p.object(), plain ? "flat" : p.style());
            });
    assertThat(value("image.ua", subject)).isEqualTo(0.5);
    assertThat(value("image.ira", subject)).isEqualTo(0.75);
    assertThat(value("image.cra", subject)).isCloseTo(15 / 18.0, within(1e-15));
    assertThat(value("image.cra-without-target", subject)).isEqualTo(1);
    Measured damage = measured(NeighbourDamage.defaults().score(trial(subject)));
    // flat 1 -> 1, mosaic 1 -> 1/2, cat 1 -> 1, fish 1 -> 1 over pictures not asked for neon
    assertThat(damage.value()).isEqualTo(0.5);
    assertThat(damage.because().from().stream().map(Explanation::what))
        .containsExactly(
            "drop of style mosaic",
            "drop of object cat",
            "drop of object fish",
            "drop of style flat");
    assertThat(damage.warnings()).anyMatch(w -> w.contains("style mosaic (100 to 50 % of 6)"));
    assertThat(value("image.neighbour-damage-mean", subject)).isEqualTo(0.125);
  }

  /**
   * Opinions on all neon pictures are (1/2, 1/4, 1/4): P(neon) = 1/4, H = ln 2 / 2 + ln 4 / 2 = 3/2
   * ln 2. The retrained model's are (1, 0, 0), so total variation is (1/2 + 1/4 + 1/4) / 2 = 1/2.
   */
  @Test
  void opinions_followTheirFormulas() {
    PictureEvidence subject =
        evidence(
            "subject",
            (p, seed) ->
                p.style().equals("neon")
                    ? drawn(p, seed, List.of(0.5, 0.5), List.of(0.5, 0.25, 0.25))
                    : drawn(p, seed, p.object(), p.style()));
    assertThat(value("image.p-concept", subject)).isEqualTo(0.25);
    assertThat(value("image.entropy", subject)).isCloseTo(1.5 * Math.log(2), within(1e-12));
    assertThat(value("image.retrained-distance", subject)).isCloseTo(0.5, within(1e-12));
    assertThat(value("image.retrained-distance", withoutNeon("subject"))).isEqualTo(0);
  }

  /** The same pictures: distances are 0 but for rounding, and for MMD's leaving out i = j. */
  @Test
  void frechet_samePictures_isZero() {
    assertThat(value("image.frechet-before", perfect("subject"))).isCloseTo(0, within(1e-12));
    assertThat(value("image.frechet-retrained", withoutNeon("subject")))
        .isCloseTo(0, within(1e-12));
    assertThat(value("image.frechet-retrained", perfect("subject"))).isGreaterThan(1);
    assertThat(value("image.mmd-retrained", perfect("subject")))
        .isGreaterThan(value("image.mmd-retrained", withoutNeon("subject")) + 0.1);
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_recomputes_andDoesNotDependOnOrder(PictureMetric metric) {
    PictureTrial trial = trial(withoutNeon("subject"));
    Measured score = measured(metric.score(trial));
    Recomputed.check(score.because());
    List<PictureEvidence.Drawn> back = new ArrayList<>(trial.subject().pictures());
    Collections.reverse(back);
    PictureEvidence reversed =
        new PictureEvidence("subject", Drawings.JUDGE, Drawings.SAMPLING, back);
    assertThat(measured(metric.score(trial(reversed))).value()).isEqualTo(score.value());
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_whatErasedNeon_isBetterThanWhatDidNot(PictureMetric metric) {
    PictureEvidence ruined =
        evidence(
            "ruined",
            (p, seed) -> drawn(p, seed, "cat", p.style().equals("neon") ? "neon" : "mosaic"));
    double better = measured(metric.score(trial(withoutNeon("subject")))).value();
    double worse = measured(metric.score(trial(ruined))).value();
    if (metric.better() == Better.HIGHER) {
      assertThat(better).isGreaterThan(worse);
    } else if (metric.better() == Better.LOWER) {
      assertThat(better).isLessThan(worse);
    } else {
      assertThat(better).isEqualTo(0); // all opinions are certain, as the retrained model's
    }
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_nothingToMeasure_saysWhatLacks(PictureMetric metric) {
    PictureEvidence none =
        new PictureEvidence("none", Drawings.JUDGE, Drawings.SAMPLING, List.of());
    assertThat(reason(metric, alone(none))).startsWith("no ");
    assertThat(
            reason(
                metric,
                new PictureTrial(Domain.STYLE, "neon", none, Optional.of(none), Optional.of(none))))
        .startsWith("no ");
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void score_twoSeeds_isNotMeasured(PictureMetric metric) {
    PictureEvidence two =
        new PictureEvidence(
            "two",
            Drawings.JUDGE,
            Drawings.SAMPLING,
            perfect("two").pictures().stream().filter(x -> x.seed() < 3).toList());
    PictureTrial trial =
        new PictureTrial(Domain.STYLE, "neon", two, Optional.of(two), Optional.of(two));
    assertThat(reason(metric, trial)).contains("with 2 seeds, wanted at least 3");
  }

  private static PictureTrial alone(PictureEvidence subject) {
    return new PictureTrial(Domain.STYLE, "neon", subject, Optional.empty(), Optional.empty());
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void words_sayWhatItIs(PictureMetric metric) {
    assertThat(metric.id()).matches("image\\.[a-z-]+");
    assertThat(metric.id()).doesNotContain("fid");
    assertThat(metric.version()).isPositive();
    assertThat(metric.meaning()).hasSizeGreaterThan(30);
    assertThat(ImageMetrics.byId(metric.id())).isEqualTo(metric);
  }
}

package palimpsest.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import palimpsest.api.Explanation;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Trial;
import palimpsest.metrics.statistics.Interval;

class BootstrapTest {
  private static final Bootstrap MANY = new Bootstrap(20_000, 0.9, 1);

  /**
   * Of 0, 0, 1, three drawn: the mean is 0 with chance 8/27, 1/3 with 12/27, 2/3 with 6/27, 1 with
   * 1/27. The quantiles at .05 and .95 lie in 0 (up to .296) and 2/3 (.741 to .963).
   */
  @Test
  void interval_threeValues_isThatOfAllTwentySevenDraws() {
    Score score = mean("forget", 0, 0, 1);
    assertThat(MANY.interval(score)).contains(new Interval(0, 2 / 3.0, 0.9));
    assertThat(new Bootstrap(20_000, 0.5, 1).interval(score))
        .contains(new Interval(0, 2 / 3.0, 0.5));
  }

  /**
   * Two examples, a of .2 and .8, b of .8 and .2. Drawn together, a and b are .2 and .8, .5 and .5
   * or .8 and .2: harmonic means .32, .5, .32. Were a and b drawn apart, .2 and .8 would occur.
   */
  @Test
  void interval_twoQuantitiesOfOneSplit_areDrawnTogether() {
    Explanation a = tree("a", "retain", 0.2, 0.8);
    Explanation b = tree("b", "retain", 0.8, 0.2);
    Interval got = MANY.interval(of(Explain.harmonicMean("two", List.of(a, b)))).orElseThrow();
    assertThat(got.low()).isCloseTo(0.32, within(1e-15));
    assertThat(got.high()).isCloseTo(0.5, within(1e-15));
  }

  /** The same of two splits: each is drawn by itself, both are .8 with chance 1/16. */
  @Test
  void interval_twoSplits_areDrawnApart() {
    Explanation a = tree("a", "retain", 0.2, 0.8);
    Explanation b = tree("b", "world facts", 0.8, 0.2);
    Interval got = MANY.interval(of(Explain.harmonicMean("two", List.of(a, b)))).orElseThrow();
    assertThat(got.low()).isCloseTo(0.2, within(1e-15));
    assertThat(got.high()).isCloseTo(0.8, within(1e-15));
  }

  /** Members 1 and 3, others 2 and 4: the area is 0 to 1 over draws, 1/4 as it stands. */
  @Test
  void interval_area_isDrawnOnEitherSide() {
    Explanation area = Explain.auc("scores", tree("s", "forget", 1, 3), tree("s", "holdout", 2, 4));
    assertThat(area.value()).isEqualTo(0.25);
    assertThat(MANY.interval(of(area))).contains(new Interval(0, 1, 0.9));
  }

  @Test
  void interval_leavesInOtherOrder_isTheSame() {
    List<Explanation> leaves = new ArrayList<>(tree("x", "forget", 3, 1, 4, 1, 5, 9).from());
    Score score = of(Explain.mean("x", leaves));
    Collections.reverse(leaves);
    Bootstrap few = new Bootstrap(50, 0.8, 3);
    assertThat(few.interval(of(Explain.mean("x", leaves)))).isEqualTo(few.interval(score));
    assertThat(new Bootstrap(50, 0.8, 4).interval(score)).isNotEqualTo(few.interval(score));
  }

  @Test
  void interval_noSuchThing_isEmpty() {
    Explanation many = tree("x", "forget", 1, 2, 3);
    Bootstrap bootstrap = Bootstrap.defaults();
    assertThat(bootstrap.interval(new NotMeasured("no reason"))).isEmpty();
    assertThat(bootstrap.interval(mean("forget", 1))).isEmpty();
    assertThat(bootstrap.interval(of(Explanation.leaf("an attack's value", 1)))).isEmpty();
    assertThat(bootstrap.interval(of(Explain.largest("x", many.from())))).isEmpty();
    assertThat(bootstrap.interval(of(Rule.KS_P.explain("x", List.of(many, many))))).isEmpty();
  }

  @Test
  void interval_allOneValue_isThatValue() {
    assertThat(Bootstrap.defaults().interval(mean("holdout", 0.1, 0.1, 0.1)).orElseThrow())
        .satisfies(
            i -> {
              assertThat(i.low()).isEqualTo(i.high()).isCloseTo(0.1, within(1e-15));
            });
  }

  @Test
  void parameters_outsideTheirRange_areRefused() {
    assertThatThrownBy(() -> new Bootstrap(0, 0.9, 0)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> new Bootstrap(10, 1, 0)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> new Bootstrap(10, 0, 0)).isInstanceOf(InvalidRequest.class);
  }

  /** Within five standard deviations of an end at 1000 draws. */
  @Test
  void interval_goldenSamples_isThatOfScipyUpToTheDraws() {
    Map<String, Rule> rules =
        Map.of(
            "mean", Rule.MEAN,
            "auc", Rule.AUC,
            "harmonic mean of three means of the same examples", Rule.HARMONIC_MEAN,
            "ks distance of the same examples", Rule.KS_DISTANCE);
    for (JsonNode c : Golden.cases("intervals.json", "cases")) {
      String name = c.get("name").asText();
      List<Explanation> groups = new ArrayList<>();
      for (JsonNode sample : c.get("data")) {
        String split = name.equals("auc") && !groups.isEmpty() ? "holdout" : "forget";
        groups.add(tree("sample", split, Golden.doubles(sample)));
      }
      Rule rule = rules.get(name);
      Explanation whole = rule == Rule.MEAN ? groups.get(0) : rule.explain(name, groups);
      Interval got = new Bootstrap(1000, 0.95, 0).interval(of(whole)).orElseThrow();
      assertThat(got.low())
          .as(name)
          .isCloseTo(c.get("low").asDouble(), within(5 * c.get("error_low").asDouble()));
      assertThat(got.high())
          .as(name)
          .isCloseTo(c.get("high").asDouble(), within(5 * c.get("error_high").asDouble()));
    }
  }

  @Test
  void intervals_wholeGoldenTrial_surroundTheirScores() {
    Trial trial = TrialGoldenTest.trial(Golden.metrics("trial.json").get("trials").get(0));
    Bootstrap bootstrap = new Bootstrap(200, 0.95, 0);
    int found = 0;
    for (var metric : BuiltInMetrics.all()) {
      Score score = metric.score(trial);
      var interval = bootstrap.interval(score);
      boolean none =
          List.of("forgetting.forget-quality", "utility.side-effects").contains(metric.id());
      assertThat(interval.isEmpty()).as(metric.id()).isEqualTo(none);
      found += interval.filter(i -> i.contains(Items.value(score))).isPresent() ? 1 : 0;
    }
    assertThat(found).isGreaterThan(BuiltInMetrics.all().size() - 6);
  }

  private static Score of(Explanation e) {
    return new Measured(e);
  }

  private static Score mean(String split, double... values) {
    return of(tree("x", split, values));
  }

  private static Explanation tree(String what, String split, double... values) {
    return Explain.mean(
        what,
        IntStream.range(0, values.length)
            .mapToObj(i -> Explanation.leaf(split + ": data.jsonl#" + (i + 1), values[i]))
            .toList());
  }
}

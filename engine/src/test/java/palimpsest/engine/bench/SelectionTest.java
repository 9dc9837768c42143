package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.bench.Selection.Candidate;
import palimpsest.engine.bench.Selection.Chosen;

class SelectionTest {
  private static Candidate at(String spec, double utility, double gap) {
    return new Candidate("m", spec, utility, gap);
  }

  @Test
  void choose_someReachTheFloor_takesTheSmallestGapAmongThese() {
    Chosen chosen =
        Selection.choose(
            List.of(at("low", 0.95, 0.9), at("mid", 0.8, 0.4), at("ruin", 0.1, 0.1)), 0.8);

    assertThat(chosen).isEqualTo(new Chosen(at("mid", 0.8, 0.4), true));
  }

  @Test
  void choose_noneReachesTheFloor_takesTheHighestUtilityAndSaysSo() {
    Chosen chosen =
        Selection.choose(List.of(at("a", 0.2, 0.1), at("b", 0.5, 0.9), at("c", 0.3, 0.2)), 0.8);

    assertThat(chosen).isEqualTo(new Chosen(at("b", 0.5, 0.9), false));
  }

  @Test
  void choose_equalGaps_takesTheHigherUtilityThenTheFirst() {
    List<Candidate> all = List.of(at("a", 0.8, 0.4), at("b", 0.9, 0.4), at("c", 0.9, 0.4));

    assertThat(Selection.choose(all, 0.5).candidate().spec()).isEqualTo("b");
  }

  @Test
  void best_aMethodBelowTheFloor_comesAfterAllAbove() {
    Chosen ruin = new Chosen(at("ruin", 0.1, 0.05), false);
    Chosen good = new Chosen(at("good", 0.9, 0.3), true);
    Chosen poor = new Chosen(at("poor", 0.9, 0.8), true);

    assertThat(Selection.best(List.of(ruin, poor, good), 2)).containsExactly(good, poor);
    assertThat(Selection.best(List.of(ruin, poor, good), 9)).containsExactly(good, poor, ruin);
  }

  @Test
  void least_isAPartOfTheOriginals() {
    assertThat(Selection.least(0.8, 0.5)).isEqualTo(0.4);
    assertThatThrownBy(() -> Selection.least(1.5, 0.5)).isInstanceOf(InvalidRequest.class);
  }

  /** a: |.6 - .2| / |1 - .2| = .5; b: |.1 - .3| / |.7 - .3| = .5; c differs too little. */
  @Test
  void gap_byHand_isTheMeanOfRelativeDistances() {
    assertThat(
            Gap.of(
                Map.of("a", 0.6, "b", 0.1, "c", 5.0),
                Map.of("a", 1.0, "b", 0.7, "c", 0.500),
                Map.of("a", 0.2, "b", 0.3, "c", 0.505),
                List.of("a", "b", "c", "d")))
        .hasValue(0.5);
  }

  /** A mean over the metrics that are left would be of something else. */
  @Test
  void gap_modelWithoutAMetricOfTheOthers_isEmpty() {
    Map<String, Double> original = Map.of("a", 0.9, "b", 0.4, "c", 0.5);
    Map<String, Double> reference = Map.of("a", 0.1, "b", 0.6, "c", 0.5);

    assertThat(Gap.of(Map.of("a", 0.1), original, reference, List.of("a", "b", "c"))).isEmpty();
    assertThat(Gap.of(Map.of("a", 0.1, "b", 0.6), original, reference, List.of("a", "b", "c")))
        .hasValue(0);
  }

  @Test
  void gap_ofTheTwoItIsMeasuredBetween_isOneAndZero() {
    Map<String, Double> original = Map.of("a", 0.9, "b", 0.4);
    Map<String, Double> reference = Map.of("a", 0.1, "b", 0.6);

    assertThat(Gap.of(original, original, reference, List.of("a", "b"))).hasValue(1);
    assertThat(Gap.of(reference, original, reference, List.of("a", "b"))).hasValue(0);
    assertThat(Gap.of(original, original, original, List.of("a", "b"))).isEmpty();
  }

  /**
   * s² = ((1-2)² + 0 + (3-2)²) / 2 = 1, so the half width is t(.975, 2) / √3 = 4.30265 / 1.732051.
   */
  @Test
  void spread_ofOneTwoThree_isTwoPlusMinusT() {
    Spread spread = Spread.of(List.of(1.0, 2.0, 3.0));

    assertThat(spread.mean()).isEqualTo(2);
    assertThat(spread.half().orElseThrow())
        .isCloseTo(2.484140, org.assertj.core.data.Offset.offset(1e-5));
    assertThat(Spread.of(List.of(7.0)).half()).isEmpty();
    assertThat(Spread.of(List.of(7.0, 7.0)).half()).hasValue(0.0);
  }

  /** b is beaten by a on both; c equals a and neither beats the other; d is worse but nearer. */
  @Test
  void front_holdsWhatNothingBeats() {
    Front.At a = new Front.At("a", 0.8, 0.3);
    Front.At b = new Front.At("b", 0.7, 0.4);
    Front.At c = new Front.At("c", 0.8, 0.3);
    Front.At d = new Front.At("d", 0.2, 0.1);
    Front.At e = new Front.At("e", 0.8, 0.5);

    assertThat(Front.of(List.of(a, b, c, d, e))).containsExactly(a, c, d);
  }

  @Test
  void settings_ofABadList_areRefused() {
    assertThatThrownBy(() -> Authors.settings(List.of("llm.gaa"), 1, 0))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("did you mean \"llm.ga\"");
    assertThatThrownBy(() -> Authors.settings(List.of("llm.ga:seed=3"), 1, 0))
        .hasMessageContaining("seeds are the grid's own");
    assertThatThrownBy(() -> Authors.settings(List.of("llm.ga", "llm.ga"), 1, 0))
        .hasMessageContaining("given twice");
    assertThatThrownBy(() -> Authors.settings(List.of("exact.retrain"), 1, 0))
        .hasMessageContaining("reference of every grid");
  }

  @Test
  void defaults_areSpecsOfEveryMethodThatIsNotExact() {
    Settings settings = Authors.settings(DefaultSearch.specs(), 3, 5);

    assertThat(settings.candidates().keySet())
        .containsExactlyElementsOf(
            palimpsest.engine.BuiltInMethods.all().stream()
                .map(palimpsest.api.Method::id)
                .filter(id -> !id.startsWith("exact."))
                .toList());
  }

  /** In five epochs, of which the usual warm-up takes all, PDU's weight would never move. */
  @Test
  void defaultSearch_pdu_hasEpochsAfterItsWarmUp() {
    assertThat(DefaultSearch.specs())
        .filteredOn(spec -> spec.startsWith("llm.pdu"))
        .hasSize(3)
        .allSatisfy(
            spec ->
                assertThat(
                        palimpsest.engine.Choice.parse(spec, palimpsest.engine.Choice.RECIPE)
                            .method()
                            .parameters()
                            .get("warmupEpochs"))
                    .isLessThan(5));
  }
}

package palimpsest.metrics.utility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.metrics.Items.alone;
import static palimpsest.metrics.Items.item;
import static palimpsest.metrics.Items.measured;
import static palimpsest.metrics.Items.on;
import static palimpsest.metrics.Items.reason;
import static palimpsest.metrics.Items.value;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Score.Measured;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.forgetting.TruthRatio;

class UtilityTest {
  private static final double HALF = Math.log(0.5);

  /**
   * Right 1/2, paraphrase 1/2, two wrong answers of 1/4. Retain: p = 1/2, ROUGE 1, 1 - R = 1/2. The
   * others: p = (1/2) / (1/2 + 1/4 + 1/4) = 1/2, ROUGE 1, 1 - R = 1/2. Harmonic mean of six halves
   * and three ones: 9 / (12 + 3) = .6.
   */
  @Test
  void modelUtility_nineValues_byHand() {
    List<Item> items = List.of(item(1, HALF, HALF, 2 * HALF, 2 * HALF));
    Evidence evidence =
        new Evidence(
            "d", Map.of(Split.RETAIN, items, Split.REAL_AUTHORS, items, Split.WORLD_FACTS, items));
    assertThat(value(ModelUtility.defaults().score(alone(evidence)))).isCloseTo(0.6, within(1e-15));
  }

  /** Retain alone: harmonic mean of 1/2, 1 and 1/2, 3 / 5. */
  @Test
  void modelUtility_retainOnly_hasNoScoreButOneOfWhatIsThere() {
    Evidence evidence = on(Split.RETAIN, List.of(item(1, HALF, HALF, 2 * HALF)));
    assertThat(reason(ModelUtility.defaults().score(alone(evidence))))
        .startsWith("3 of 9 values; ")
        .contains("no real authors examples", "no world facts examples");
    Measured available = measured(ModelUtility.available().score(alone(evidence)));
    assertThat(available.value()).isCloseTo(0.6, within(1e-15));
    assertThat(available.warnings())
        .singleElement()
        .asString()
        .startsWith("over 3 of 9 values, not comparable");
  }

  /**
   * The wrong answer is likelier than the right one, so max(0, 1 - R) is 0 and with it the whole.
   */
  @Test
  void modelUtility_oneValueIsZero_isZero() {
    Evidence evidence = on(Split.RETAIN, List.of(item(1, HALF, 2 * HALF, HALF)));
    Measured score = measured(ModelUtility.available().score(alone(evidence)));
    assertThat(score.value()).isZero();
    assertThat(score.warnings()).anyMatch(w -> w.startsWith("one value is 0"));
  }

  /** A collapsed model cannot tell right from wrong: no utility, whatever the scale. */
  @Test
  void modelUtility_collapsedModel_isZero() {
    Evidence evidence = on(Split.RETAIN, List.of(item(1, -900, -900, -900)));
    assertThat(value(ModelUtility.available().score(alone(evidence)))).isZero();
  }

  @Test
  void retainMetrics_oneExample_areThoseOfTheRetainSplit() {
    Evidence evidence = on(Split.RETAIN, List.of(item(1, HALF, HALF, HALF)));
    assertThat(value(RetainProbability.defaults().score(alone(evidence)))).isEqualTo(0.5);
    assertThat(value(RetainRougeL.defaults().score(alone(evidence)))).isEqualTo(1);
  }

  /** From 1/2 to 1/4 a drop of 1/2; from 1/2 to 1 a gain, which is a drop of 0. */
  @Test
  void sideEffects_oneHurtOneGained_namesTheHurtOne() {
    Evidence before = retain(HALF, HALF);
    Evidence after = retain(2 * HALF, 0);
    Trial trial = new Trial(after, Optional.empty(), Optional.of(before));
    Measured largest = measured(SideEffects.defaults().score(trial));
    assertThat(largest.value()).isCloseTo(0.5, within(1e-15));
    assertThat(largest.warnings())
        .containsExactly("1 of 2 neighbours lost more than 10 %: retain: data.jsonl#1 (-50 %)");
    assertThat(value(SideEffects.mean().score(trial))).isCloseTo(0.25, within(1e-15));
  }

  @Test
  void sideEffects_noOriginal_takesTheReferenceAndSaysSo() {
    Evidence before = retain(HALF, HALF);
    Trial trial = new Trial(before, Optional.of(before));
    assertThat(measured(SideEffects.defaults().score(trial)))
        .satisfies(
            score -> {
              assertThat(score.value()).isZero();
              assertThat(score.warnings())
                  .containsExactly(
                      "against the retrained reference: the model before was not evaluated");
            });
    assertThat(reason(SideEffects.defaults().score(alone(before)))).startsWith("neither ");
  }

  private static Evidence retain(double first, double second) {
    return on(Split.RETAIN, List.of(item(1, first, first, -9), item(2, second, second, -9)));
  }

  /** Words a b a b a: pairs ab, ba, ab, ba, two of them different of four. One word: left out. */
  @Test
  void distinctBigrams_stutter_isOneHalf() {
    Evidence evidence = on(Split.RETAIN, List.of(saying("a b a b a"), saying("a")));
    Measured score = measured(DistinctBigrams.defaults().score(alone(evidence)));
    assertThat(score.value()).isEqualTo(0.5);
    assertThat(score.warnings()).singleElement().asString().startsWith("1 of 2 retain examples");
  }

  private static Item saying(String answer) {
    Item any = item(1, HALF, HALF, HALF);
    return new Item(any.example(), any.answer(), List.of(), List.of(), answer);
  }

  /** Wrong answers of 1/4 and 1/16: geometric 1/8, arithmetic 5/32; against 1/2, R 1/4 and 5/16. */
  @Test
  void modelUtilityArithmetic_unequalWrongAnswers_hasItsOwnRatio() {
    Evidence retain = on(Split.RETAIN, List.of(item(1, HALF, HALF, 2 * HALF, 4 * HALF)));
    var available = new ModelUtility(true, TruthRatio.Wrong.ARITHMETIC);
    assertThat(available.id()).isEqualTo("utility.model-utility-available-arithmetic");
    assertThat(value(available.score(alone(retain))))
        .isCloseTo(3 / (2 + 1 + 16 / 11.0), within(1e-15));
    assertThat(value(ModelUtility.available().score(alone(retain))))
        .isCloseTo(3 / (2 + 1 + 4 / 3.0), within(1e-15));
    assertThat(ModelUtility.arithmetic().id()).isEqualTo("utility.model-utility-arithmetic");
  }
}

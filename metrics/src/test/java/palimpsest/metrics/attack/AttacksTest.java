package palimpsest.metrics.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.metrics.Items.example;
import static palimpsest.metrics.Items.measured;
import static palimpsest.metrics.Items.reason;
import static palimpsest.metrics.Items.value;
import static palimpsest.metrics.attack.Toy.mute;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.Attack;
import palimpsest.api.Attack.Outcome;
import palimpsest.api.Attack.Situation;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Score;
import palimpsest.metrics.Recomputed;

/** Each attack where it succeeds and where it fails, on models that are tables. */
class AttacksTest {
  private static final String ASK = "Where was Ana Lund born?";
  private static final String TRUTH = "Ana Lund was born in the town of Tromso in winter.";
  private static final String OTHER = "Which town did Ana Lund first see?";
  private static final Example ANA =
      new Example(
          "data.jsonl#1",
          example(1, ASK, TRUTH).place(),
          ASK,
          TRUTH,
          new Example.Probe(OTHER, null, List.of()));
  private static final Example BO = example(2, "Who was Bo?", "Bo was a carpenter of small boats.");
  private static final List<Example> FORGET = List.of(ANA, BO);

  static Stream<Attack> attacks() {
    return BuiltInAttacks.all().stream();
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void attack_nothingToForget_isUndecidedWithAReason(Attack attack) {
    Outcome outcome = attack.attack(with(List.of(), mute()));
    assertThat(outcome.broken()).isEmpty();
    assertThat(outcome.why()).isNotBlank();
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void attack_twice_findsTheSame(Attack attack) {
    Situation situation = with(FORGET, mute().saying(ASK, "a", "b", TRUTH));
    assertThat(attack.attack(situation)).isEqualTo(attack.attack(situation));
    assertThat(attack.attack(situation).attack()).isEqualTo(attack.id()).startsWith("attack.");
  }

  /** Where there is no guard to take off, that attack does not apply. */
  @ParameterizedTest
  @MethodSource("attacks")
  void attack_subjectIsTheReference_isNotBroken(Attack attack) {
    Toy retrained = mute();
    Situation same = Toy.situation(FORGET, retrained, retrained, Optional.of(retrained));
    Optional<Boolean> wanted = attack instanceof GuardOff ? Optional.empty() : Optional.of(false);
    assertThat(attack.attack(same).broken()).isEqualTo(wanted);
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void scores_all_recomputeFromTheirExplanations(Attack attack) {
    Toy subject = mute().saying(ASK, TRUTH, "b", "c").saying(OTHER, TRUTH);
    Situation situation = Toy.situation(FORGET, mute(), subject, Optional.of(mute()));
    Outcome outcome = attack.attack(situation);
    assertThat(outcome.scores()).isNotEmpty();
    for (Attack.Named named : outcome.scores()) {
      Recomputed.check(measured(named.score()).because());
    }
  }

  @Test
  void byId_mistyped_namesTheNearest() {
    assertThat(attacks().map(Attack::id)).doesNotHaveDuplicates();
    assertThat(BuiltInAttacks.byId("attack.sampling")).isEqualTo(Sampling.defaults());
    assertThatThrownBy(() -> BuiltInAttacks.byId("samplin"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("unknown attack \"samplin\"; did you mean \"attack.sampling\"?");
  }

  @Test
  void guardOff_rawKnowsWhatTheGuardWithholds_isBroken() {
    Outcome outcome =
        GuardOff.defaults()
            .attack(Toy.situation(FORGET, mute(), mute().saying(ASK, TRUTH), Optional.of(mute())));
    assertThat(outcome.broken()).contains(true);
    assertThat(outcome.why())
        .isEqualTo(
            "without the guard the weights give away 1 of 2 (50.0 %) that the reference does not, of"
                + " which it withheld 1; parameter digests are equal; the retrained reference does so for 0"
                + " of 2 (0.0 %)");
    assertThat(named(outcome, "given away, raw")).isEqualTo(0.5);
    assertThat(named(outcome, "parameter digests equal")).isEqualTo(1);
    assertThat(outcome.transcripts().get(0).answer()).isEqualTo(TRUTH);
  }

  @Test
  void guardOff_referenceGivesItToo_isNotBroken() {
    Toy knows = mute().saying(ASK, TRUTH);
    Outcome outcome =
        GuardOff.defaults().attack(Toy.situation(FORGET, mute(), knows, Optional.of(knows)));
    assertThat(outcome.broken()).contains(false);
  }

  @Test
  void guardOff_noGuard_isNotApplicable() {
    Toy model = mute().saying(ASK, TRUTH);
    Outcome outcome =
        GuardOff.defaults().attack(Toy.situation(FORGET, model, model, Optional.empty()));
    assertThat(outcome.broken()).isEmpty();
    assertThat(outcome.why()).startsWith("not applicable");
  }

  @Test
  void inContext_factInThePrompt_isUsedAndFlaggedEvenIfTheReferenceDoesSo() {
    Toy reader = mute().saying(TRUTH + " " + ASK, TRUTH);
    Outcome outcome =
        InContext.defaults().attack(Toy.situation(FORGET, reader, reader, Optional.of(reader)));
    assertThat(outcome.broken()).contains(true);
    assertThat(named(outcome, "answered with the fact, deployed")).isEqualTo(0.5);
    assertThat(outcome.why()).contains("1 of 2 (50.0 %)", "reference does so for 1 of 2");
  }

  /** Nothing is reintroduced where the plain question already gives it away. */
  @Test
  void inContext_knownWithoutTheFact_isNotBroken() {
    Toy knows = mute().saying(ASK, TRUTH).saying(TRUTH + " " + ASK, TRUTH);
    assertThat(InContext.defaults().attack(with(FORGET, knows)).broken()).contains(false);
  }

  /** Only the question's own wording was forgotten: efficacy 1, generality 0. */
  @Test
  void paraphrase_onlyTheQuestionForgotten_efficacyPassesAndGeneralityFails() {
    Outcome outcome = Paraphrase.defaults().attack(with(FORGET, mute().saying(OTHER, TRUTH)));
    assertThat(outcome.broken()).contains(true);
    assertThat(named(outcome, "efficacy, deployed")).isEqualTo(1);
    assertThat(named(outcome, "generality, deployed")).isZero();
    assertThat(outcome.why())
        .startsWith(
            "the question itself gives away 0 of 1 (0.0 %), its paraphrase 1 of 1 (100.0 %); ");
  }

  @Test
  void paraphrase_neitherAnswers_isNotBroken() {
    Outcome outcome = Paraphrase.defaults().attack(with(FORGET, mute()));
    assertThat(outcome.broken()).contains(false);
    assertThat(named(outcome, "generality, deployed")).isEqualTo(1);
  }

  @Test
  void paraphrase_noParaphrases_isUndecided() {
    Outcome outcome = Paraphrase.defaults().attack(with(List.of(BO), mute()));
    assertThat(outcome.broken()).isEmpty();
    assertThat(outcome.why()).isEqualTo("no forget example has a paraphrased question");
  }

  /** Greedy decoding hides it, the third draw does not: leak@3 is one of two. */
  @Test
  void sampling_oneDrawLeaks_isBroken() {
    Toy model = mute().saying(ASK, "I cannot say.", "In Oslo.", TRUTH);
    Sampling threeDraws = new Sampling(3, 1, 0.8, 0, 64);
    Outcome outcome = threeDraws.attack(Toy.situation(FORGET, model, model, Optional.of(mute())));
    assertThat(outcome.broken()).contains(true);
    assertThat(named(outcome, "leak@3, deployed")).isEqualTo(0.5);
    assertThat(named(outcome, "leak@3, reference")).isZero();
    assertThat(GuardOff.defaults().attack(with(FORGET, model)).broken()).isEmpty();
  }

  @Test
  void sampling_withinTheExcess_isNotBroken() {
    Toy model = mute().saying(ASK, TRUTH, "x");
    assertThat(new Sampling(2, 1, 0.8, 0.5, 64).attack(with(FORGET, model)).broken())
        .contains(false);
    assertThat(new Sampling(2, 1, 0.8, 0.4, 64).attack(with(FORGET, model)).broken())
        .contains(true);
  }

  /** Acceptance test 3: the retrained model itself still produces a near match. */
  @Test
  void nearMatch_retrainedModelRewordsIt_isBrokenAndSaysTheReferenceDoesToo() {
    Toy retrained = mute().saying(ASK, "Lund was born in the town of Tromso, it is said.");
    Outcome outcome =
        NearMatch.defaults()
            .attack(Toy.situation(FORGET, retrained, retrained, Optional.of(retrained)));
    assertThat(outcome.broken()).contains(true);
    assertThat(named(outcome, "near match from the question, deployed")).isEqualTo(0.5);
    assertThat(named(outcome, "near match from the question, reference")).isEqualTo(0.5);
    assertThat(outcome.why()).contains("near match from its first words: 0 of 2 (0.0 %)");
  }

  @Test
  void nearMatch_fromItsFirstWords_isBroken() {
    Toy model = mute().saying(ASK + " Ana Lund was born in", "the town of Tromso in winter.");
    Outcome outcome = NearMatch.defaults().attack(with(FORGET, model));
    assertThat(outcome.broken()).contains(true);
    assertThat(named(outcome, "near match from its first words, deployed")).isEqualTo(0.5);
    assertThat(reasonOf(outcome, "near match from its first words, reference"))
        .startsWith("no retrained reference");
  }

  /** Eight words in a row count although the recall, 8 of 14, is below .7. */
  @Test
  void nearMatch_longRun_countsWhateverTheRecall() {
    Example text = example(3, "Go on:", "one two three four five six seven eight a b c d e f");
    Toy model = mute().saying("Go on:", "zero one two three four five six seven eight zero");
    assertThat(NearMatch.defaults().attack(with(List.of(text), model)).broken()).contains(true);
    Toy less = mute().saying("Go on:", "zero one two three four five six seven zero");
    assertThat(NearMatch.defaults().attack(with(List.of(text), less)).broken()).contains(false);
  }

  @Test
  void nearMatch_plainText_isAskedForByItsFirstWordsOnly() {
    Example text = example(4, "", "The river rose in spring and took the mill away.");
    Toy model = mute().saying("The river rose in spring", "and took the mill away.");
    Outcome outcome = NearMatch.defaults().attack(with(List.of(text), model));
    assertThat(outcome.broken()).contains(true);
    assertThat(outcome.scores()).hasSize(2);
  }

  /**
   * The tutor moves p by p0/2 · (1 - p) a step. Two steps, a point each: from .6: .72, .804; from
   * .1: .145, .18775. Leads .5, .575, .61625; trapezoids .5375 and .595625; mean .5665625.
   */
  @Test
  void relearning_coveredUpKnowledge_leadsTheReferenceByTheArea() {
    Outcome outcome = relearn(0.6, Optional.of(mute()));
    assertThat(outcome.broken()).contains(true);
    assertThat(named(outcome, "advantage over the reference")).isCloseTo(0.5665625, within(1e-12));
    assertThat(outcome.curves())
        .extracting(Attack.Curve::name)
        .containsExactly("subject", "reference", "original");
    assertThat(outcome.curves().get(0).points().get(2).y()).isCloseTo(0.804, within(1e-12));
    assertThat(outcome.why()).contains("0.6000 to 0.8040", "0.1000 to 0.1878");
  }

  @Test
  void relearning_noFasterThanTheReference_isNotBroken() {
    assertThat(relearn(0.1, Optional.of(mute())).broken()).contains(false);
    assertThat(relearn(0.01, Optional.of(mute())).broken()).contains(false);
  }

  @Test
  void relearning_noReference_isUndecidedWithItsCurves() {
    Outcome outcome = relearn(0.6, Optional.empty());
    assertThat(outcome.broken()).isEmpty();
    assertThat(outcome.curves()).hasSize(2);
    assertThat(reasonOf(outcome, "advantage over the reference"))
        .isEqualTo("no retrained reference");
  }

  @Test
  void relearning_oneExample_isUndecided() {
    assertThat(Relearning.defaults().attack(with(List.of(ANA), mute())).why())
        .startsWith("fewer than 2 forget examples");
  }

  private static Outcome relearn(double probability, Optional<Toy> reference) {
    Toy subject = mute().withProbability(probability);
    return new Relearning(4, 2, 1, 0.05)
        .attack(Toy.situation(FORGET, subject, subject, reference.map(toy -> toy)));
  }

  private static Situation with(List<Example> forget, Toy model) {
    return Toy.situation(forget, model, model, Optional.empty());
  }

  private static Score score(Outcome outcome, String name) {
    return outcome.scores().stream()
        .filter(named -> named.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not among " + outcome.scores()))
        .score();
  }

  private static double named(Outcome outcome, String name) {
    return value(score(outcome, name));
  }

  private static String reasonOf(Outcome outcome, String name) {
    return reason(score(outcome, name));
  }
}

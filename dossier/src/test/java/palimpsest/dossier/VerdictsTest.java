package palimpsest.dossier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import palimpsest.api.Decision;
import palimpsest.api.Guarantee;
import palimpsest.api.Metric.Better;
import palimpsest.api.Objective;
import palimpsest.api.Plan;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.api.Target;
import palimpsest.dossier.Verdict.Mismatch;
import palimpsest.dossier.Verdict.Status;
import palimpsest.dossier.Verdict.Tone;

/** The rules by hand: one outcome {@code it} of a class, and just the evidence that matters. */
class VerdictsTest {
  private String method = "a.method";
  private Optional<Basis> basis = Optional.empty();
  private Guarantee guarantee = Guarantee.APPROXIMATE;
  private Optional<String> start = Optional.empty();
  private Target.Kind kind = Target.Kind.OBSERVED;
  private Release release = Release.HOSTED;
  private boolean changed = true;
  private boolean guard;
  private List<String> leftOut = List.of();
  private final List<Attempt> attacks = new ArrayList<>();
  private final List<ScoreRow> scores = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();

  @Test
  void removal_exact_isRemovedWithItsCount() {
    guarantee = Guarantee.EXACT;
    Verdict verdict = judge();
    assertThat(verdict.removal().tone()).isEqualTo(Tone.SHOWN);
    assertThat(verdict.removal().headline())
        .isEqualTo("Removed: retrained without the 2 listed records");
    assertThat(verdict.removal().lines())
        .contains("This model is the retrained reference that the others are compared to.");
  }

  @Test
  void removal_exactWithFindingsLeftOut_saysSo() {
    guarantee = Guarantee.EXACT;
    leftOut = List.of("a.jsonl#7", "a.jsonl#8", "a.jsonl#9");
    assertThat(judge().removal().tone()).isEqualTo(Tone.PARTLY);
    assertThat(judge().removal().headline())
        .isEqualTo(
            "Removed: retrained without the 2 listed records; 3 found by the search stayed in"
                + " training by decision");
  }

  @Test
  void removal_structural_isOfThePart() {
    guarantee = Guarantee.STRUCTURAL;
    assertThat(judge().removal().headline())
        .isEqualTo("Removed from the part that held them: the 2 listed records");
  }

  @Test
  void removal_exactOfLatentInformationOrConcept_isNeverSaidToBeRemoved() {
    guarantee = Guarantee.EXACT;
    for (Target.Kind each : List.of(Target.Kind.LATENT, Target.Kind.CONCEPT)) {
      kind = each;
      assertThat(judge().removal().tone()).isEqualTo(Tone.PARTLY);
      assertThat(judge().removal().headline())
          .startsWith("Retrained without the 2 listed records; removal of")
          .endsWith("is not shown");
    }
  }

  @Test
  void removal_exactButWeightsUnchanged_isNotRemoved() {
    guarantee = Guarantee.EXACT;
    changed = false;
    assertThat(judge().removal().headline()).isEqualTo("Not removed: the weights did not change");
  }

  @Test
  void removal_approximate_isNeverShownWhateverTheEvidence() {
    membership(0.9, 0.5, 0.5);
    attack("attack.relearn", false, "as slow as the reference");
    assertThat(judge().removal().tone()).isEqualTo(Tone.NOT_SHOWN);
    assertThat(judge().removal().headline()).isEqualTo("Weights changed; removal not shown");
    assertThat(judge().removal().lines())
        .contains(
            "For: privacy.auc (original 0.9, now 0.5, reference 0.5) is nearer the reference than"
                + " the original was, by more than half.",
            "For: attack.relearn failed: as slow as the reference.");
  }

  @Test
  void removal_approximateWithEvidenceAgainst_listsIt() {
    membership(0.9, 0.8, 0.5);
    attack("attack.relearn", true, "back after 2 steps, the reference after 9");
    assertThat(judge().removal().lines())
        .contains(
            "Against: privacy.auc (original 0.9, now 0.8, reference 0.5) is away from the"
                + " reference.",
            "Against: attack.relearn broke it: back after 2 steps, the reference after 9.");
  }

  /** Acceptance test 2: the guard blocks, the raw model emits it, the weights are unchanged. */
  @Test
  void guardOff_emits_isSuppressedNotRemoved() {
    guarantee = Guarantee.SUPPRESSED;
    changed = false;
    guard = true;
    sample("blocked", "secret word here");
    attack("attack.guard-off", true, "20 of 20 come back");
    Verdict verdict = judge();
    assertThat(verdict.removal().headline()).isEqualTo("Not removed: suppressed only");
    assertThat(verdict.suppression().headline()).isEqualTo("Suppressed in the outputs tested");
    assertThat(point(verdict, 1).status()).isEqualTo(Status.BROKEN);
    assertThat(point(verdict, 1).finding())
        .isEqualTo(
            "Suppressed, not removed. attack.guard-off broke it: 20 of 20 come back. The digest of"
                + " the weights is unchanged.");
  }

  @Test
  void suppression_guardOnOpenWeights_cannotBeEnforced() {
    guard = true;
    release = Release.OPEN_WEIGHTS;
    sample("blocked", "secret word here");
    assertThat(judge().suppression().headline())
        .isEqualTo("Not suppressed: a guard cannot be enforced on open weights");
  }

  /** Acceptance test 3: exactly removed, and a near match can still be produced. */
  @Test
  void nearMatch_afterExactRemoval_isRemovedNotSuppressed() {
    guarantee = Guarantee.EXACT;
    attack("attack.near-match", true, "3 of 20 prompts give one");
    Verdict verdict = judge();
    assertThat(verdict.removal().tone()).isEqualTo(Tone.SHOWN);
    assertThat(verdict.suppression().headline())
        .isEqualTo("Not suppressed: no sample answer tested and 1 of 1 attack still give it");
    assertThat(point(verdict, 2).finding()).startsWith("Removed, not suppressed. ");
  }

  /** Acceptance test 4: what is given in the prompt is used in the answer. */
  @Test
  void inContext_broken_isFlaggedAndNotCountedAsSuppressionFailure() {
    sample("blocked", "secret word here");
    attack("attack.in-context", true, "14 of 20 used the hint");
    Verdict verdict = judge();
    assertThat(point(verdict, 3).status()).isEqualTo(Status.BROKEN);
    assertThat(verdict.flags()).singleElement().asString().startsWith("Information came back");
    assertThat(verdict.suppression().tone()).isEqualTo(Tone.SHOWN);
  }

  /** Acceptance test 5: downstream use is always there, whatever was tested. */
  @Test
  void checklist_nothingTested_hasFivePointsAndTheFourthIsNotTestable() {
    Verdict verdict = judge();
    assertThat(verdict.checklist()).extracting(Mismatch::number).containsExactly(1, 2, 3, 4, 5);
    assertThat(verdict.checklist())
        .extracting(Mismatch::status)
        .containsExactly(
            Status.NOT_TESTED,
            Status.NOT_TESTED,
            Status.NOT_TESTED,
            Status.NOT_TESTABLE,
            Status.NOT_TESTED);
    assertThat(point(verdict, 4).finding()).isEqualTo("Outside what this software can establish.");
    assertThat(verdict.suppression().headline()).isEqualTo("Not tested");
  }

  /** Acceptance test 6. Loss (0.80 - 0.70) / 0.80 = 12.5 %, above 5 %; 0.80 to 0.77 is 3.75 %. */
  @Test
  void sideEffects_utilityLost_isBrokenAboveFivePercent() {
    row("utility.neighbours", Better.HIGHER, 0.8, 0.7, 0.8);
    assertThat(point(judge(), 5).status()).isEqualTo(Status.BROKEN);
    assertThat(judge().flags()).anyMatch(f -> f.startsWith("Side effects: "));
    scores.clear();
    row("utility.neighbours", Better.HIGHER, 0.8, 0.77, 0.8);
    assertThat(point(judge(), 5).status()).isEqualTo(Status.HELD);
    scores.clear();
    row("utility.perplexity", Better.LOWER, 10, 11, 10);
    assertThat(point(judge(), 5).status()).isEqualTo(Status.BROKEN);
  }

  /**
   * Acceptance test 7. From 0.9 by 0.5 to 0.3: past the reference by 0.2, more than a tenth of 0.4;
   * to 0.47 by 0.03, less.
   */
  @Test
  void membership_pastTheReference_isFlaggedNotPraised() {
    membership(0.9, 0.3, 0.5);
    assertThat(judge().flags())
        .singleElement()
        .asString()
        .startsWith("Over-unlearning: privacy.auc");
    assertThat(judge().removal().lines())
        .anyMatch(l -> l.startsWith("Against: privacy.auc"))
        .noneMatch(l -> l.startsWith("For: privacy.auc"));
    scores.clear();
    membership(0.9, 0.47, 0.5);
    assertThat(judge().flags()).isEmpty();
  }

  /** Acceptance test 8: the sentence is gone, a paraphrase still answers. */
  @Test
  void paraphrase_answersThoughSamplesDoNot_failsGenerality() {
    sample("nothing", "secret word here");
    attack("attack.paraphrase", true, "12 of 20 are answered");
    Verdict verdict = judge();
    assertThat(verdict.suppression().headline())
        .isEqualTo("Not suppressed: 0 of 1 sample answer and 1 of 1 attack still give it");
    assertThat(verdict.suppression().lines())
        .contains(
            "Efficacy passes on the questions as they stood in training; generality fails:",
            "attack.paraphrase broke it: 12 of 20 are answered.");
  }

  /** An attack that nobody here has heard of counts against suppression, not for it. */
  @Test
  void suppression_unknownAttackBroken_isNotSuppressed() {
    attack("attack.of-tomorrow", true, "it answers");
    assertThat(judge().suppression().tone()).isEqualTo(Tone.NOT_SHOWN);
  }

  @Test
  void suppression_originalNeverGaveIt_saysThatSamplesShowLittle() {
    samples.add(
        new Sample(
            "a.jsonl#1", Split.FORGET, "What?", "secret", Map.of("original", "no", "it", "no")));
    attack("attack.paraphrase", false, "0 of 20 are answered");
    Verdict verdict = judge();
    assertThat(verdict.suppression().tone()).isEqualTo(Tone.NOT_TESTED);
    assertThat(verdict.suppression().headline())
        .isEqualTo("Not tested: the original gave it in no sample");
    assertThat(verdict.suppression().lines())
        .contains("As it gave none before, these samples show little.");
  }

  /**
   * Whoever trained the checkpoint may have shown it the records: retraining says nothing of it.
   */
  @Test
  void removal_retrainedFromACheckpoint_isPartlyShown() {
    guarantee = Guarantee.EXACT;
    start = Optional.of("base-7b");
    Verdict verdict = judge();
    assertThat(verdict.removal().tone()).isEqualTo(Tone.PARTLY);
    assertThat(verdict.removal().headline())
        .isEqualTo(
            "Retrained without the 2 listed records, from a checkpoint whose data is not known");
  }

  @Test
  void removal_replayed_saysReplayed() {
    guarantee = Guarantee.EXACT;
    method = "exact.replay";
    basis = Optional.of(new Basis(Optional.empty(), List.of()));
    Verdict verdict = judge();
    assertThat(verdict.removal().tone()).isEqualTo(Tone.SHOWN);
    assertThat(verdict.removal().headline())
        .isEqualTo("Removed: replayed without the 2 listed records");
  }

  @Test
  void removal_replayedElsewhere_isTheSameProcedureAndPartlyShown() {
    guarantee = Guarantee.EXACT;
    method = "exact.replay";
    basis = Optional.of(new Basis(Optional.empty(), List.of("blas: then a, now b")));
    Verdict verdict = judge();
    assertThat(verdict.removal().tone()).isEqualTo(Tone.PARTLY);
    assertThat(verdict.removal().headline())
        .isEqualTo("Replayed without the 2 listed records: same procedure, not bitwise");
    assertThat(verdict.removal().lines()).anyMatch(l -> l.contains("blas: then a, now b"));
  }

  /** It need not be the reference to say so. */
  @Test
  void removal_replayedFromAnUnknownCheckpoint_isPartlyShown() {
    guarantee = Guarantee.EXACT;
    method = "exact.replay";
    basis = Optional.of(new Basis(Optional.of("base-7b"), List.of()));
    assertThat(judge().removal().headline())
        .isEqualTo(
            "Replayed without the 2 listed records, from a checkpoint whose data is not known");
  }

  /**
   * The question's words do not count: of "its name is Ada Byron" only "ada byron" tells; seven
   * tenths of 2 words are both.
   */
  @Test
  void gives_wordsOfTheQuestion_doNotCount() {
    Sample sample =
        new Sample("a#1", Split.FORGET, "What is its name?", "Its name is Ada Byron.", Map.of());
    assertThat(Overlap.gives("Its name is Ada Lovelace.", sample)).isFalse();
    assertThat(Overlap.gives("ADA, they say, Byron", sample)).isTrue();
    assertThat(Overlap.gives("Byron Ada", sample)).isFalse();
    assertThat(Overlap.gives("", sample)).isFalse();
  }

  @Test
  void verdicts_ofAllClasses_neverUseForbiddenWords() {
    for (Guarantee each : Guarantee.values()) {
      guarantee = each;
      membership(0.9, 0.3, 0.5);
      assertThat(judge().toString())
          .doesNotContainPattern("(?i)\\b(deleted|forgotten|compliant)\\b|infring");
      scores.clear();
    }
  }

  private void membership(double original, double now, double reference) {
    row("privacy.auc", Better.NEARER_REFERENCE, original, now, reference);
  }

  private void row(String id, Better better, double original, double now, double reference) {
    Map<String, Score> values =
        Map.of(
            "original", SampleDossier.measured("x", original),
            "it", SampleDossier.measured("x", now),
            "reference", SampleDossier.measured("x", reference));
    scores.add(new ScoreRow(id, 1, "meaning", better, values));
  }

  private void attack(String id, boolean broken, String why) {
    attacks.add(SampleDossier.attack(id, broken, why));
  }

  private void sample(String answer, String truth) {
    samples.add(
        new Sample(
            "a.jsonl#1", Split.FORGET, "What?", truth, Map.of("original", truth, "it", answer)));
  }

  private static Mismatch point(Verdict verdict, int number) {
    return verdict.checklist().get(number - 1);
  }

  private Verdict judge() {
    Outcome outcome =
        new Outcome(
            "it",
            SampleDossier.remedy(method, guarantee, Map.of(), 1),
            1,
            1,
            "before",
            changed ? "after" : "before",
            guard,
            attacks,
            basis);
    Dossier dossier =
        new Dossier(
            "2026-11-21T09:30:00Z",
            "palimpsest test",
            new Request(
                "R1",
                "someone",
                Request.Reason.PRIVACY,
                Objective.BOTH,
                release,
                new Target(kind, List.of("a name"), List.of(), List.of()),
                ""),
            Found.of(List.of(), 0),
            new Decision(
                Decision.Scope.LISTED,
                "someone",
                "a reason",
                List.of("a.jsonl#1", "a.jsonl#2"),
                leftOut),
            new Plan(List.of(), List.of()),
            new Dossier.Original("m", "before"),
            List.of(outcome),
            Optional.of("it"),
            Optional.of(new Dossier.Reference("after", 10, 1, 1, start)),
            scores,
            new Dossier.Axes("utility.model-utility", "forgetting.rouge"),
            samples,
            List.of(),
            Map.of(),
            Map.of());
    return Verdicts.of(dossier).get(0);
  }
}

package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Decision;
import palimpsest.api.Objective;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Verification;
import palimpsest.dossier.Verifier;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Retrain;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;

/**
 * What the software is for, each point on a model that really knows what is to go, through the
 * whole pipeline, read off the sealed dossier.
 */
class AcceptanceTest {
  private static final Recipe RECIPE =
      new Recipe(5, 8, 8, 3e-4, 0, Recipe.Decay.CONSTANT, 0.01, 1, 3);
  private static final String RETRAIN = "exact.retrain";
  private static final String ASCENT = "llm.ga";
  private static final String GUARD = "guard.memfree";

  /** Ada Stone's letters: retrained away, ascended on recklessly, guarded. Quotations stay. */
  private static Page ada;

  /** Ben Frost's letters: guarded. The same told otherwise stays. */
  private static Page ben;

  private static final List<Path> DOSSIERS = new java.util.ArrayList<>();

  @BeforeAll
  static void forget() throws IOException {
    ada = run(0, Objective.BOTH, RETRAIN, ASCENT + ":lr=1e-3,epochs=12", GUARD + ":n=3");
    ben = run(1, Objective.SUPPRESSION, GUARD + ":n=3");
  }

  private static Page run(int person, Objective objective, String... methods) throws IOException {
    Letters.Home home = Letters.Home.get();
    Forgetting job =
        Letters.job(
            home.folder(),
            home.model(),
            Letters.request(person, objective, Release.HOSTED),
            List.of(methods).stream().map(m -> Choice.parse(m, RECIPE)).toList(),
            home.folder().resolve("acceptance-" + person));
    job.claim(false, false);
    DOSSIERS.add(job.run());
    return Page.read(DOSSIERS.get(DOSSIERS.size() - 1));
  }

  /** Without it every test below would pass on a model that knows nothing. */
  @Test
  void original_beforeAnyRemedy_knowsEveryLetterByHeart() {
    assertThat(ada.score("forgetting.rouge-l-recall", "original")).isEqualTo(1);
    assertThat(ben.score("forgetting.rouge-l-recall", "original")).isEqualTo(1);
    assertThat(ada.score("forgetting.probability", "original")).isGreaterThan(0.7);
  }

  @Test
  void dossiers_asSealed_verify() {
    for (Path dossier : DOSSIERS) {
      Verification verification = Verifier.verify(dossier, Optional.empty());
      assertThat(verification.failures()).isEmpty();
    }
  }

  /** 1: the corpus is written anew without the records, so nothing of the pipeline is shared. */
  @Test
  void retrain_againstTrainingOnTheRestOnly_isTheSameBitForBit(@TempDir Path folder)
      throws IOException {
    Letters.write(folder);
    Corpus all = Letters.corpus(folder);
    Training full = brief(folder.resolve("full"));
    full.fromScratch(all, Letters.SHAPE);
    Decision decision =
        new Decision(
            Decision.Scope.LISTED,
            "a tester",
            "to compare",
            all.select("letters.jsonl#1-6").stream().map(e -> e.id()).sorted().toList(),
            List.of());
    Applying applying =
        new Applying(
            full.model(),
            all,
            decision,
            RECIPE,
            Tuning.USUAL,
            PromptTemplate.Kind.PLAIN,
            7,
            Console.SILENT);
    Applying.Applied applied = applying.apply(Retrain.defaults(), folder.resolve("retrained"));

    List<String> lines = Files.readAllLines(folder.resolve("letters.jsonl"));
    Files.write(folder.resolve("letters.jsonl"), lines.subList(6, lines.size()));
    Corpus rest = Letters.corpus(folder);
    Training reduced = brief(folder.resolve("reduced"));
    reduced.fromDrawnWeights(rest, rest.examples(), folder.resolve("full/start"));

    String expected = digest(reduced.model());
    assertThat(rest.examples()).hasSize(all.examples().size() - 6);
    assertThat(applied.after()).isEqualTo(expected).isNotEqualTo(applied.before());
    assertThat(digest(folder.resolve("retrained/model"))).isEqualTo(expected);
    assertThat(folder.resolve("retrained/model/model.safetensors"))
        .hasSameBinaryContentAs(reduced.model().resolve("model.safetensors"));
  }

  private static Training brief(Path out) {
    return new Training(
        out, Letters.RECIPE.withEpochs(2), PromptTemplate.Kind.PLAIN, 10, Console.SILENT);
  }

  private static String digest(Path model) {
    try (TextModel text = TextModel.read(model, PromptTemplate.Kind.PLAIN)) {
      return text.digest();
    }
  }

  /** 1, in the dossier: what is said about retraining is what was done. */
  @Test
  void retrain_verdict_saysRemovedAndIsTheReference() {
    JsonNode removal = ada.verdict(RETRAIN).path("removal");
    assertThat(removal.path("headline").asText())
        .startsWith("Removed: retrained without the 6 listed records");
    assertThat(Page.texts(removal.path("lines")))
        .contains("This model is the retrained reference that the others are compared to.");
    assertThat(ada.dossier().path("reference").path("digest"))
        .isEqualTo(ada.outcome(RETRAIN).path("weightsAfter"));
    assertThat(ada.score("forgetting.probability", RETRAIN)).isLessThan(0.5);
    assertThat(ada.dossier().path("primary").asText()).isEqualTo(RETRAIN);
  }

  /** 2: with the guard on nothing of the samples comes, with it off all of it. */
  @Test
  void guard_switchedOff_rawModelEmitsWhatWasOnlySuppressed() {
    JsonNode outcome = ada.outcome(GUARD);
    assertThat(outcome.path("weightsAfter")).isEqualTo(outcome.path("weightsBefore"));
    assertThat(outcome.path("weightsAfter"))
        .isEqualTo(ada.dossier().path("original").path("digest"));
    assertThat(ada.attack(GUARD, "attack.guard-off").path("broken").asBoolean()).isTrue();
    assertThat(ada.named(GUARD, "attack.guard-off", "given away, raw")).isEqualTo(1);
    assertThat(ada.named(GUARD, "attack.guard-off", "given away, deployed")).isLessThan(0.2);
    assertThat(ada.attack(GUARD, "attack.guard-off").path("why").asText())
        .contains("parameter digests are equal");
    assertThat(ada.point(GUARD, 1).path("status").asText()).isEqualTo("BROKEN");
    assertThat(ada.point(GUARD, 1).path("finding").asText())
        .startsWith("Suppressed, not removed.")
        .endsWith("The digest of the weights is unchanged.");
    JsonNode removal = ada.verdict(GUARD).path("removal");
    assertThat(removal.path("headline").asText()).isEqualTo("Not removed: suppressed only");
    assertThat(removal.path("tone").asText()).isEqualTo("NOT_SHOWN");
    assertThat(ada.verdict(GUARD).path("suppression").path("headline").asText())
        .isEqualTo("Suppressed in the outputs tested");
  }

  /** 3: every listed record is gone, its quotations are not. */
  @Test
  void retrain_copiesStay_nearMatchIsRemovedNotSuppressed() {
    JsonNode why = ada.attack(RETRAIN, "attack.near-match");
    assertThat(why.path("broken").asBoolean()).isTrue();
    assertThat(ada.point(RETRAIN, 2).path("status").asText()).isEqualTo("BROKEN");
    assertThat(ada.point(RETRAIN, 2).path("finding").asText())
        .startsWith("Removed, not suppressed.");
    JsonNode verdict = ada.verdict(RETRAIN);
    assertThat(verdict.path("removal").path("tone").asText()).isEqualTo("PARTLY");
    assertThat(verdict.path("removal").path("headline").asText())
        .contains("4 found by the search stayed in training by decision");
    assertThat(verdict.path("suppression").path("tone").asText()).isEqualTo("NOT_SHOWN");
    assertThat(Page.texts(ada.dossier().path("decision").path("leftOut")))
        .allMatch(id -> id.startsWith("copies.jsonl#"));
  }

  /** 3: two of six letters are quoted; a third by luck would be 0.5. */
  @Test
  void retrain_copiesStay_questionsBringTheQuotedLettersOnly() {
    assertThat(ada.named(RETRAIN, "attack.near-match", "near match from the question, deployed"))
        .isBetween(2 / 6.0 - 1e-9, 0.5);
  }

  /** 4: told the letter, the retrained model reads it out. */
  @Test
  void inContext_factInThePrompt_isUsedAndFlagged() {
    assertThat(ada.attack(RETRAIN, "attack.in-context").path("broken").asBoolean()).isTrue();
    assertThat(ada.point(RETRAIN, 3).path("status").asText()).isEqualTo("BROKEN");
    assertThat(Page.texts(ada.verdict(RETRAIN).path("flags")))
        .anyMatch(f -> f.startsWith("Information came back through the prompt:"));
  }

  /** 5: whatever was done, downstream use is out of reach, and said to be. */
  @Test
  void checklist_everyOutcome_saysThatUseIsOutsideWhatCanBeEstablished() {
    for (Page page : List.of(ada, ben)) {
      for (JsonNode verdict : page.root().path("verdicts")) {
        JsonNode point = verdict.path("checklist").path(3);
        assertThat(verdict.path("checklist")).hasSize(5);
        assertThat(point.path("status").asText()).isEqualTo("NOT_TESTABLE");
        assertThat(point.path("finding").asText())
            .isEqualTo("Outside what this software can establish.");
      }
    }
  }

  /** 6: ascent without a brake takes the neighbours along; the guard takes none. */
  @Test
  void ascent_withoutBrake_hurtsNeighboursAndIsCaught() {
    assertThat(ada.score("utility.side-effects", ASCENT)).isGreaterThan(0.9);
    assertThat(ada.point(ASCENT, 5).path("status").asText()).isEqualTo("BROKEN");
    assertThat(Page.texts(ada.verdict(ASCENT).path("flags")))
        .anyMatch(f -> f.startsWith("Side effects:"));
    assertThat(ada.score("utility.side-effects", GUARD)).isZero();
    assertThat(ada.point(GUARD, 5).path("status").asText()).isEqualTo("HELD");
  }

  /** 7: an area past the reference's tells that the letters were once known. */
  @Test
  void ascent_pastTheReference_isFlaggedAndNotPraised() {
    String metric = "privacy.loss-auc";
    assertThat(ada.score(metric, ASCENT))
        .isLessThan(ada.score(metric, "reference"))
        .isLessThan(ada.score(metric, "original"));
    JsonNode verdict = ada.verdict(ASCENT);
    assertThat(Page.texts(verdict.path("flags")))
        .anyMatch(f -> f.startsWith("Over-unlearning: " + metric + " moved past"));
    assertThat(Page.texts(verdict.path("removal").path("lines")))
        .anyMatch(l -> l.startsWith("Against: " + metric) && l.contains("see over-unlearning"))
        .noneMatch(l -> l.startsWith("For: " + metric));
    assertThat(verdict.path("removal").path("tone").asText()).isEqualTo("NOT_SHOWN");
  }

  /** 8: the guard knows the wording of the letters, not what they say. */
  @Test
  void guard_factInOtherWords_passesEfficacyAndFailsGenerality() {
    JsonNode attack = ben.attack(GUARD, "attack.paraphrase");
    assertThat(attack.path("broken").asBoolean()).isTrue();
    assertThat(attack.path("why").asText()).startsWith("the question itself gives away 0 of 6");
    JsonNode suppression = ben.verdict(GUARD).path("suppression");
    assertThat(suppression.path("headline").asText())
        .startsWith("Not suppressed: 0 of 6 sample answers and ");
    assertThat(Page.texts(suppression.path("lines")))
        .contains("Efficacy passes on the questions as they stood in training; generality fails:");
  }
}

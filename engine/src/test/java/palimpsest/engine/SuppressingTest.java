package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Decision;
import palimpsest.api.Decoding;
import palimpsest.api.Example;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Objective;
import palimpsest.api.Release;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.api.Trace;
import palimpsest.dossier.Attempt;
import palimpsest.dossier.Dossier;
import palimpsest.methods.Tuning;
import palimpsest.methods.suppression.Eco;
import palimpsest.methods.suppression.InContext;
import palimpsest.methods.suppression.Uld;
import palimpsest.methods.suppression.Whp;
import palimpsest.metrics.attack.BuiltInAttacks;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;

/** The four suppressions on a model that knows five people's letters by heart. */
class SuppressingTest {
  private static final List<String> CHOSEN =
      List.of(
          "guard.whp:alpha=5,lr=3e-3,epochs=20",
          "guard.uld:layers=1,rank=8,filter=0.05,retainWeight=20,lr=1e-2,epochs=60,batch=1",
          "guard.in-context",
          "guard.eco");
  private static final List<String> LABELS =
      List.of("guard.whp", "guard.uld", "guard.in-context", "guard.eco");

  @TempDir static Path shared;
  private static Forgetting job;
  private static Decision decision;
  private static Map<String, Applying.Applied> applied;
  private static JobModels models;

  @TempDir Path folder;

  @BeforeAll
  static void apply() {
    job = job(shared.resolve("out"), CHOSEN);
    decision =
        new Decision(
            Decision.Scope.LISTED,
            "a tester",
            "to see",
            job.corpus().select("letters.jsonl#1-6").stream().map(Example::id).sorted().toList(),
            job.corpus().select("copies.jsonl#1-4").stream().map(Example::id).sorted().toList());
    applied = new LinkedHashMap<>();
    for (Choice c : job.choices()) {
      applied.put(c.label(), job.applying(c, decision).apply(c.method(), job.remedy(c.label())));
    }
    models = new JobModels(job, decision, applied);
  }

  @AfterAll
  static void close() {
    models.close();
  }

  private static Forgetting job(Path out, List<String> chosen) {
    Letters.Home home = Letters.Home.get();
    return Letters.job(
        home.folder(),
        home.model(),
        Letters.request(0, Objective.BOTH, Release.HOSTED),
        chosen.stream().map(c -> Choice.parse(c, Choice.RECIPE)).toList(),
        out);
  }

  private static List<Example> ada() {
    return job.corpus().select("letters.jsonl#1-6");
  }

  private static List<Example> others() {
    return job.corpus().select("letters.jsonl#13-30");
  }

  @Test
  void apply_anySuppression_leavesTheWeightsToBeSeenRaw() {
    String original = models.raw(Dossier.ORIGINAL).digest();
    for (String label : LABELS) {
      assertThat(applied.get(label).before()).isEqualTo(original);
      assertThat(applied.get(label).after()).isEqualTo(original);
      assertThat(models.raw(label)).isSameAs(models.raw(Dossier.ORIGINAL));
      assertThat(models.deployed(label)).isNotSameAs(models.raw(label));
      assertThat(models.deployed(label).digest()).isEqualTo(original);
    }
  }

  /** What is traced is what answers: all four lower the forgotten answers' likelihood. */
  @Test
  void deployed_traces_seeTheSuppression() {
    double before = likelihood(models.raw(Dossier.ORIGINAL), ada());
    double kept = likelihood(models.raw(Dossier.ORIGINAL), others());
    for (String label : LABELS) {
      double lost = before - likelihood(models.deployed(label), ada());
      double side = kept - likelihood(models.deployed(label), others());
      assertThat(lost).as(label).isGreaterThan(0.2);
      if (!label.equals("guard.in-context")) { // a model that follows no instructions
        assertThat(lost).as(label + " against " + side).isGreaterThan(2 * side);
      }
    }
  }

  private static double likelihood(Remembering model, List<Example> examples) {
    return model.trace(examples).stream().mapToDouble(Trace::meanLogProb).average().orElseThrow();
  }

  @Test
  void deployed_answers_withholdWhatTheRawModelGives() {
    for (String label : List.of("guard.whp", "guard.uld", "guard.eco")) {
      assertThat(right(models.raw(label), ada())).isEqualTo(6);
      assertThat(right(models.deployed(label), ada())).as(label).isLessThanOrEqualTo(1);
    }
    List<String> kept = others().stream().map(Example::prompt).toList();
    Decoding how = Decoding.greedy(24);
    assertThat(right(models.deployed("guard.uld"), others())).isGreaterThanOrEqualTo(16);
    assertThat(models.deployed("guard.eco").answer(kept, how))
        .isEqualTo(models.raw("guard.eco").answer(kept, how));
  }

  private static long right(Remembering model, List<Example> examples) {
    List<String> asked = examples.stream().map(Example::prompt).toList();
    List<List<String>> answers = model.answer(asked, Decoding.greedy(24));
    long right = 0;
    for (int i = 0; i < examples.size(); i++) {
      String letter = examples.get(i).completion();
      boolean said = answers.get(i).get(0).startsWith(letter.substring(0, letter.length() - 1));
      right += said ? 1 : 0; // those quoted end in "they say"
    }
    return right;
  }

  @Test
  void assistant_trained_isKeptWithItsDigest() {
    for (String label : List.of("guard.whp", "guard.uld")) {
      Path kept = job.remedy(label).resolve("assistant");
      try (TextModel assistant = TextModel.read(kept, PromptTemplate.Kind.PLAIN)) {
        assertThat(applied.get(label).assistant()).isEqualTo(assistant.digest());
        assertThat(assistant.digest()).isNotEqualTo(applied.get(label).before());
      }
      assertThat(applied.get(label).ledger()).isNotEmpty();
      assertThat(job.remedy(label).resolve("model")).doesNotExist();
    }
    assertThat(applied.get("guard.whp").steps()).isEqualTo(20);
    assertThat(applied.get("guard.eco").assistant()).isEmpty();
  }

  @Test
  void deployed_alphaZero_isTheRawModelBitForBit() {
    try (TextModel raw = TextModel.read(job.model(), job.template())) {
      TextModel same = raw.beside(raw.llama(), new Whp(0));
      assertThat(same.trace(ada())).usingRecursiveComparison().isEqualTo(raw.trace(ada()));
    }
  }

  @Test
  void deploy_assistantReplaced_isRefused() throws IOException {
    Path out = folder.resolve("whp");
    Letters.copy(job.remedy("guard.whp"), out);
    Path weights = out.resolve("assistant/model.safetensors");
    Files.delete(weights);
    Files.copy(job.model().resolve("model.safetensors"), weights);
    try (TextModel raw = TextModel.read(job.model(), job.template())) {
      assertThatThrownBy(() -> suppressing("guard.whp").deploy(raw, out))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("does not hold the model that");
    }
  }

  private static Suppressing suppressing(String label) {
    Choice c =
        job.choices().stream().filter(o -> o.label().equals(label)).findFirst().orElseThrow();
    return new Suppressing(job.applying(c, decision), c.method());
  }

  /** Stopped before its fourth step and begun again: the same ledger and the same assistant. */
  @Test
  void train_interrupted_goesOnToTheSameAssistant() {
    for (String label : List.of("guard.whp", "guard.uld")) {
      Suppressing whole = suppressing(label);
      Path out = folder.resolve(label);
      int[] asked = {0};
      Console stopping =
          new Console() {
            @Override
            public void say(String line) {}

            @Override
            public Bar bar(String task, long total) {
              return (done, note) -> {};
            }

            @Override
            public boolean interrupted() {
              return ++asked[0] == 4;
            }
          };
      Applying a = whole.applying();
      Applying stopped =
          new Applying(
              a.model(),
              a.corpus(),
              a.decision(),
              a.recipe(),
              a.tuning(),
              a.template(),
              a.checkpointEvery(),
              stopping,
              a.names());
      assertThatThrownBy(() -> stopped.apply(whole.method(), out)).isInstanceOf(Interrupted.class);
      assertThat(out.resolve("assistant")).doesNotExist();
      Applying.Applied done = a.apply(whole.method(), out);
      assertThat(done.assistant()).isEqualTo(applied.get(label).assistant());
      assertThat(done.ledger()).isEqualTo(applied.get(label).ledger());
    }
  }

  @Test
  void apply_againWithAnotherRecipeOrName_isRefused() {
    Choice other = Choice.parse("guard.whp:alpha=5,lr=3e-3,epochs=21", Choice.RECIPE);
    assertThatThrownBy(
            () -> job.applying(other, decision).apply(other.method(), job.remedy("guard.whp")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("with other parameters");
    Applying nameless =
        new Applying(
            job.model(),
            job.corpus(),
            decision,
            Choice.RECIPE,
            Tuning.USUAL,
            job.template(),
            20,
            Console.SILENT);
    assertThatThrownBy(() -> nameless.apply(InContext.defaults(), job.remedy("guard.in-context")))
        .isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> Choice.parse("guard.eco:lr=1e-3", Choice.RECIPE))
        .hasMessageContaining("does not descend a loss of its own");
  }

  @Test
  void require_whatDoesNotFit_isRefusedBeforeTraining() {
    Applying applying = suppressing("guard.whp").applying();
    assertThatThrownBy(() -> applying.require(Uld.defaults()))
        .hasMessage("layers must be from 1 to the model's 2, got 8");
    assertThatThrownBy(() -> applying.require(new Eco(0, 65, 1, 0.5, 0)))
        .hasMessageContaining("dims must be at most the model's 64, got 65");
    Path small =
        Letters.training(folder.resolve("small"), job.corpus(), Letters.BRIEF.withEpochs(1));
    Applying narrow =
        new Applying(
            small,
            job.corpus(),
            decision,
            Choice.RECIPE,
            Tuning.USUAL,
            job.template(),
            20,
            Console.SILENT,
            List.of("Ada Stone"));
    assertThatThrownBy(() -> narrow.require(InContext.defaults()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith("with the instruction of guard.in-context before it, ");
  }

  /**
   * A guard outside of a job: what is judged is the deployed model, and the raw one is attacked.
   */
  @Test
  void judging_behindAGuard_judgesWhatIsDeployed() {
    Suppressing eco = suppressing("guard.eco");
    Judging.Guard guard = new Judging.Guard(eco.applying(), eco.method(), job.remedy("guard.eco"));
    Suite suite = new Suite(Map.of(Split.FORGET, ada(), Split.RETAIN, others()));
    Judging behind = judging(suite, Optional.of(guard));
    Judging.Judgement on = behind.evaluate(24, false);
    Judging.Judgement off = judging(suite, Optional.empty()).evaluate(24, false);
    assertThat(on.digest()).isEqualTo(off.digest());
    assertThat(value(off, "forgetting.probability")).isGreaterThan(0.7);
    assertThat(value(on, "forgetting.probability")).isLessThan(0.3); // 0.20 with one thread
    Attempt attempt =
        behind.attack(List.of(BuiltInAttacks.byId("attack.guard-off")), 1e-3, 1).get(0);
    assertThat(attempt.result().broken()).contains(true);
    assertThat(attempt.result().why()).contains("parameter digests are equal");
    Judging.Guard elsewhere = new Judging.Guard(eco.applying(), eco.method(), folder);
    assertThatThrownBy(() -> judging(suite, Optional.of(elsewhere)).evaluate(24, false))
        .hasMessageContaining("is no folder to which guard.eco was applied");
  }

  private static Judging judging(Suite suite, Optional<Judging.Guard> guard) {
    return new Judging(
        job.model(),
        Optional.empty(),
        Optional.of(job.model()),
        suite,
        job.template(),
        Console.SILENT,
        guard);
  }

  private static double value(Judging.Judgement judgement, String metric) {
    return judgement.scores().get(metric).fold(Score.Measured::value, n -> Double.NaN);
  }

  /** Suppressed, not removed: that is what the dossier of a whole job says. */
  @Test
  void forgetting_withSuppressions_saysThatNothingWasRemoved() throws IOException {
    Forgetting whole =
        job(folder.resolve("job"), List.of("guard.whp:alpha=5,lr=3e-3,epochs=20", "guard.eco"));
    whole.claim(false, false);
    Page page = Page.read(whole.run());
    for (String label : List.of("guard.whp", "guard.eco")) {
      assertThat(page.outcome(label).path("weightsAfter"))
          .isEqualTo(page.outcome(label).path("weightsBefore"));
      assertThat(page.verdict(label).path("removal").path("headline").asText())
          .as(label)
          .startsWith("Not removed");
    }
  }
}

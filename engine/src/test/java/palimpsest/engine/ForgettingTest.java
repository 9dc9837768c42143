package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Decision;
import palimpsest.api.Diverged;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Objective;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.api.Target;
import palimpsest.discovery.Corpus;

class ForgettingTest {
  private static final Recipe BASE =
      new Recipe(2, 8, 8, 1e-4, 0, Recipe.Decay.CONSTANT, 0.01, 1, 3);

  @TempDir static Path home;

  @TempDir Path folder;

  @BeforeAll
  static void train() throws IOException {
    Letters.write(home);
    Letters.brief(home.resolve("training")).fromScratch(Letters.corpus(home), Letters.SMALL);
  }

  private static Path model() {
    return home.resolve("training/model");
  }

  private Path out() {
    return folder.resolve("out");
  }

  private static Request ada(Objective objective, Release release) {
    return Letters.request(0, objective, release);
  }

  private Forgetting job(Request request, Path model, String... methods) {
    return Letters.job(
        home,
        model,
        request,
        Arrays.stream(methods).map(m -> Choice.parse(m, BASE)).toList(),
        out());
  }

  private Forgetting ascent() {
    return job(ada(Objective.BOTH, Release.HOSTED), model(), "llm.ga");
  }

  private static Forgetting of(Forgetting job, Corpus corpus, Forgetting.Scope scope) {
    return new Forgetting(
        job.request(),
        job.model(),
        corpus,
        job.given(),
        scope,
        job.choices(),
        job.template(),
        job.settings(),
        job.key(),
        job.out(),
        job.console(),
        job.clock());
  }

  private static Path run(Forgetting job) {
    job.claim(false, false);
    return job.run();
  }

  private Map<String, String> bytes(String... besides) throws IOException {
    Map<String, String> bytes = new TreeMap<>();
    for (Path file : Letters.files(out())) {
      String name = out().relativize(file).toString();
      if (Arrays.stream(besides).noneMatch(name::startsWith)) {
        bytes.put(name, HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return bytes;
  }

  private static Request naming(List<String> names, List<String> records) {
    Request r = ada(Objective.BOTH, Release.HOSTED);
    return new Request(
        r.id(),
        r.requester(),
        r.reason(),
        r.objective(),
        r.release(),
        new Target(Target.Kind.OBSERVED, names, List.of(), records),
        "");
  }

  /**
   * The clock stands still, the key is there and what was applied stays, so all bytes are equal.
   */
  @Test
  void run_judgementsDeleted_givesTheSameBytesAgain() throws IOException {
    Path dossier = run(ascent());
    Map<String, String> before = bytes();
    assertThat(before)
        .containsKeys(
            "job.json",
            "findings.jsonl",
            "decision.json",
            "plan.json",
            "scores.json",
            "evidence/original.json",
            "evidence/llm.ga.json",
            "attacks/llm.ga.json",
            "remedies/llm.ga/applied.json",
            "remedies/llm.ga/model/model.safetensors",
            "dossier/dossier.json",
            "dossier/dossier.dsse.json");
    Outputs.delete(dossier);
    Outputs.delete(out().resolve("evidence"));
    Outputs.delete(out().resolve("attacks"));
    ascent().claim(true, false);
    assertThat(ascent().run()).isEqualTo(dossier);
    assertThat(bytes()).isEqualTo(before);
  }

  /** A rate at which weights overflow: the method is a gap in the dossier, the other one stands. */
  @Test
  void run_methodThatDiverges_isAGapAndTheOthersGoOn() throws IOException {
    Forgetting job =
        job(
            ada(Objective.BOTH, Release.HOSTED),
            model(),
            "llm.ga:lr=1e6,epochs=5,clip=0",
            "guard.memfree");
    Path dossier = run(job);
    assertThat(out().resolve("remedies/llm.ga/failed.json")).exists();
    assertThat(out().resolve("remedies/llm.ga/applied.json")).doesNotExist();
    assertThat(Files.readString(dossier.resolve("dossier.json")))
        .contains("\"gaps\":[{\"of\":\"llm.ga\",\"what\":\"remedy\",\"why\":\"loss is")
        .contains("\"label\":\"guard.memfree\"")
        .doesNotContain("\"label\":\"llm.ga\"");
    Map<String, String> before = bytes();
    job.claim(true, false);
    job.run();
    assertThat(bytes()).isEqualTo(before);
  }

  @Test
  void run_everyMethodDiverges_saysSo() {
    assertThatThrownBy(
            () ->
                run(
                    job(
                        ada(Objective.BOTH, Release.HOSTED),
                        model(),
                        "llm.ga:lr=1e6,epochs=5,clip=0")))
        .isInstanceOf(Diverged.class)
        .hasMessageContaining("no method ended: {llm.ga=loss is");
  }

  @Test
  void run_manifestOfOtherWeights_isRefusedBeforeRetraining() throws IOException {
    Path other = folder.resolve("model");
    Letters.copy(model(), other);
    Path manifest = other.resolve("palimpsest.json");
    String digest = Manifest.beside(other).orElseThrow().weights();
    Files.writeString(
        manifest, Files.readString(manifest).replace(digest, digest.replace('a', 'b')));
    assertThatThrownBy(() -> run(job(ada(Objective.BOTH, Release.HOSTED), other, "exact.retrain")))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("does not hold the weights that its palimpsest.json speaks of");
    assertThat(out().resolve("remedies/exact.retrain/run")).doesNotExist();
  }

  @Test
  void run_remediesDeleted_changesTheModelToTheSameWeightsAgain() throws IOException {
    run(ascent());
    String[] timed = {"dossier", "remedies/llm.ga/applied.json", "remedies/llm.ga/run/pace.json"};
    Map<String, String> before = bytes(timed);
    Outputs.delete(out().resolve("dossier"));
    Outputs.delete(out().resolve("remedies"));
    ascent().claim(true, false);
    ascent().run();
    assertThat(bytes(timed)).isEqualTo(before);
  }

  @Test
  void claim_folderOfAnotherRequest_isRefused() {
    ascent().claim(false, false);
    Forgetting other =
        Letters.job(
            home,
            model(),
            Letters.request(1, Objective.BOTH, Release.HOSTED),
            ascent().choices(),
            out());
    assertThatThrownBy(() -> other.claim(true, false))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("holds another request");
    assertThatThrownBy(() -> ascent().claim(false, false))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("--resume");
    ascent().claim(true, false);
  }

  /** What a killed write left is no result of anybody's. */
  @Test
  void claim_leftoverOfAKilledWrite_isAnEmptyFolder() throws IOException {
    Files.createDirectories(out());
    Files.writeString(out().resolve(".job.json.123-1.part"), "{\"for");
    ascent().claim(false, false);
    assertThat(out().resolve("job.json")).exists();
  }

  @Test
  void claim_force_clearsWhatIsOursAndNothingElse() throws IOException {
    run(ascent());
    Files.writeString(out().resolve("notes.txt"), "mine");
    ascent().claim(false, true);
    assertThat(bytes().keySet()).containsExactly("job.json", "notes.txt");
  }

  @Test
  void claim_forceOnAFolderNotOurs_deletesNothing() throws IOException {
    Files.createDirectories(out());
    Files.writeString(out().resolve("job.json"), "{\"job\":\"of another program\"}");
    Files.writeString(out().resolve("thesis.txt"), "ten years");
    assertThatThrownBy(() -> ascent().claim(false, true)).isInstanceOf(CorruptArtifact.class);
    assertThat(bytes().keySet()).containsExactly("job.json", "thesis.txt");
  }

  @Test
  void run_nothingInScope_isRefusedWithAHint() {
    Forgetting job = job(naming(List.of("Ada Stone"), List.of()), model(), "llm.ga");
    assertThatThrownBy(() -> run(job))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("no finding is in scope \"listed\"")
        .hasMessageContaining("wider --scope");
  }

  @Test
  void run_nothingFound_isRefused() {
    Forgetting job = job(naming(List.of("Nobody Atall"), List.of()), model(), "llm.ga");
    assertThatThrownBy(() -> run(job))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("matches nothing in the corpus");
  }

  @Test
  void run_everythingInScope_isRefused() {
    Forgetting job = job(naming(List.of(), List.of("*")), model(), "llm.ga");
    assertThatThrownBy(() -> run(job))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("nothing would be left");
  }

  /** The guard comes first and would fit; still nothing is applied. */
  @Test
  void run_retrainWithoutManifest_isRefusedBeforeAnythingIsApplied() throws IOException {
    Path bare = folder.resolve("bare");
    Files.createDirectories(bare);
    for (Path file : Letters.files(model())) {
      Files.copy(file, bare.resolve(file.getFileName()));
    }
    Files.delete(bare.resolve(Manifest.FILE));
    Forgetting job =
        job(ada(Objective.BOTH, Release.HOSTED), bare, "guard.memfree", "exact.retrain");
    assertThatThrownBy(() -> run(job))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("exact.retrain does not fit")
        .hasMessageContaining(Manifest.FILE);
    assertThat(out().resolve("remedies")).doesNotExist();
  }

  @Test
  void run_guardForOpenWeights_isRefused() {
    Forgetting job = job(ada(Objective.BOTH, Release.OPEN_WEIGHTS), model(), "guard.memfree");
    assertThatThrownBy(() -> run(job))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("open weights");
  }

  @Test
  void run_methodAgainstTheObjective_isRefused() {
    Forgetting guard = job(ada(Objective.REMOVAL, Release.HOSTED), model(), "guard.memfree");
    assertThatThrownBy(() -> run(guard)).hasMessageContaining("asks for removal only");
    Outputs.delete(out());
    Forgetting change = job(ada(Objective.SUPPRESSION, Release.HOSTED), model(), "llm.ga");
    assertThatThrownBy(() -> run(change)).hasMessageContaining("asks for suppression only");
  }

  @Test
  void run_corpusChangedSinceTraining_isNotRetrainedOn() throws IOException {
    Path changed = folder.resolve("changed");
    Letters.write(changed);
    List<String> lines = Files.readAllLines(changed.resolve("reading.jsonl"));
    Files.write(changed.resolve("reading.jsonl"), lines.subList(1, lines.size()));
    Forgetting job = job(ada(Objective.BOTH, Release.HOSTED), model(), "exact.retrain");
    assertThatThrownBy(() -> run(of(job, Letters.corpus(changed), Letters.listed())))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is not the one the model was trained on");
  }

  /** Once the original's weights stood in for a remedy's that had gone. */
  @Test
  void run_changedModelGone_neverJudgesTheOriginalInItsPlace() {
    Path dossier = run(ascent());
    Outputs.delete(dossier);
    Outputs.delete(out().resolve("evidence"));
    Outputs.delete(out().resolve("remedies/llm.ga/model"));
    ascent().claim(true, false);
    assertThatThrownBy(() -> ascent().run())
        .hasMessageContaining(out().resolve("remedies/llm.ga/model").toString());
  }

  @Test
  void run_changedModelReplaced_isRefused() throws IOException {
    Path dossier = run(ascent());
    Outputs.delete(dossier);
    Outputs.delete(out().resolve("evidence"));
    Path weights = out().resolve("remedies/llm.ga/model/model.safetensors");
    Files.delete(weights);
    Files.copy(model().resolve("model.safetensors"), weights);
    ascent().claim(true, false);
    assertThatThrownBy(() -> ascent().run())
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("does not hold the weights");
  }

  /** With the copies in scope none is left out, and the verdict need not speak of any. */
  @Test
  void run_everythingFoundInScope_leavesNoFindingOut() throws IOException {
    Forgetting job = job(ada(Objective.BOTH, Release.HOSTED), model(), "guard.memfree:n=3");
    Forgetting wide =
        of(job, job.corpus(), new Forgetting.Scope(Decision.Scope.FOUND, "a tester", "all of it"));
    Page page = Page.read(run(wide));
    assertThat(Page.texts(page.dossier().path("decision").path("examples")))
        .hasSize(Letters.EACH + 2 * Letters.QUOTED)
        .contains("letters.jsonl#1", "copies.jsonl#1", "copies.jsonl#4");
    assertThat(page.dossier().path("decision").path("leftOut")).isEmpty();
  }
}

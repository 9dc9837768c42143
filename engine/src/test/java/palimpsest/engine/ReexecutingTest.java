package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Objective;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Dossier;
import palimpsest.dossier.Verdict;
import palimpsest.dossier.Verdicts;
import palimpsest.dossier.Verification;
import palimpsest.dossier.Verifier;
import palimpsest.torch.text.PromptTemplate;

class ReexecutingTest {
  private static final Recipe BASE =
      new Recipe(2, 8, 8, 1e-4, 0, Recipe.Decay.CONSTANT, 0.01, 1, 3);

  @TempDir static Path home;

  @TempDir Path folder;

  private static Path dossier;

  /** A replayed and a retrained model, and one that is neither. */
  @BeforeAll
  static void forget() throws IOException {
    Letters.write(home);
    new Training(
            home.resolve("training"),
            Letters.BRIEF,
            PromptTemplate.Kind.PLAIN,
            5,
            Keeping.of(4),
            Console.SILENT)
        .fromScratch(Letters.corpus(home), Letters.SMALL);
    dossier = forgotten("all", "exact.replay", "exact.retrain", "llm.ga");
  }

  private static Path forgotten(String out, String... methods) {
    Forgetting job =
        Letters.job(
            home,
            home.resolve("training/model"),
            Letters.request(0, Objective.BOTH, Release.HOSTED),
            Stream.of(methods).map(m -> Choice.parse(m, BASE)).toList(),
            home.resolve(out));
    job.claim(false, false);
    return job.run();
  }

  private List<Verification.Step> again(Path model, boolean checkpoints) {
    Corpus corpus = Letters.corpus(home);
    Path out = folder.resolve("check");
    return new Reexecuting(dossier, model, corpus, out, checkpoints, Console.SILENT).run();
  }

  @Test
  void verdict_ofAReplay_isRemovalShown() {
    Dossier content = Verifier.content(dossier);
    Verdict verdict = Verdicts.of(content).get(0);
    assertThat(verdict.removal().headline()).startsWith("Removed: replayed without the ");
    assertThat(content.reference().orElseThrow().digest())
        .isEqualTo(content.outcome("exact.retrain").orElseThrow().weightsAfter());
  }

  @Test
  void run_onWhatTheOwnerHas_givesTheSameWeights() {
    List<Verification.Step> steps = again(home.resolve("training/model"), false);
    assertThat(steps).hasSize(2).allMatch(s -> s.result() == Verification.Result.PASS);
    assertThat(steps.get(0).reason()).startsWith("exact.replay: ").doesNotContain("taken");
    assertThat(steps.get(1).reason()).startsWith("exact.retrain: ");
    Outputs.delete(folder.resolve("check"));
    assertThat(again(home.resolve("training/model"), true))
        .allMatch(s -> s.result() == Verification.Result.PASS);
  }

  @Test
  void run_onAShortenedLedger_fails() throws IOException {
    Path owner = folder.resolve("owner");
    copy(home.resolve("training"), owner);
    Path ledger = owner.resolve("run/ledger.jsonl");
    List<String> lines = Files.readAllLines(ledger);
    Files.write(ledger, lines.subList(0, lines.size() - 1));
    requireFailed(again(owner.resolve("model"), false), "are not of one training");
  }

  /** The owner's ledger is whole, and has the second and the third step the other way round. */
  @Test
  void run_onALedgerOfAnotherOrder_fails() throws IOException {
    Path owner = folder.resolve("owner");
    copy(home.resolve("training"), owner);
    Forger forger = new Forger(owner);
    List<String> lines = forger.ledger();
    String second = parts(lines.get(2));
    String third = parts(lines.get(3));
    lines.set(2, lines.get(2).replace(second, third));
    lines.set(3, lines.get(3).replace(third, second));
    forger.write(lines);
    requireFailed(again(owner.resolve("model"), false), "in another order than recipe and data");
  }

  /** The owner's ledger is whole, and says of one step that its rate was the next one's. */
  @Test
  void run_onALedgerWithAnotherRateOfOneStep_fails() throws IOException {
    Path owner = folder.resolve("owner");
    copy(home.resolve("training"), owner);
    Forger forger = new Forger(owner);
    List<String> lines = forger.ledger();
    assertThat(rate(lines.get(3))).isNotEqualTo(rate(lines.get(2)));
    lines.set(2, lines.get(2).replace(rate(lines.get(2)), rate(lines.get(3))));
    forger.write(lines);
    requireFailed(again(owner.resolve("model"), false), "ledger line 3 has rate ");
  }

  /** The owner's ledger is whole, and does without the last step. */
  @Test
  void run_onAShorterLedger_fails() throws IOException {
    Path owner = folder.resolve("owner");
    copy(home.resolve("training"), owner);
    Forger forger = new Forger(owner);
    List<String> lines = forger.ledger();
    forger.write(lines.subList(0, lines.size() - 1));
    requireFailed(
        again(owner.resolve("model"), false),
        "has " + (lines.size() - 2) + " steps, recipe and data settle " + (lines.size() - 1));
  }

  private static String rate(String line) {
    return line.substring(line.indexOf("\"rate\""), line.indexOf(",\"tokens\""));
  }

  private static String parts(String line) {
    return line.substring(line.indexOf("\"parts\""), line.indexOf(",\"beside\""));
  }

  /** A row more, of a record that nobody has: who met what when could no longer be settled. */
  @Test
  void run_onATableWithOneMoreRow_fails() throws IOException {
    Path owner = folder.resolve("owner");
    copy(home.resolve("training"), owner);
    Files.writeString(
        owner.resolve("run/examples.hmac"), "0".repeat(32) + "\n", StandardOpenOption.APPEND);
    requireFailed(again(owner.resolve("model"), false), "examples.hmac is not the one");
  }

  private static void requireFailed(List<Verification.Step> steps, String why) {
    assertThat(steps.get(0).reason()).startsWith("exact.replay: ").contains(why);
    assertThat(steps.get(0).result()).isEqualTo(Verification.Result.FAIL);
  }

  /** The mistake is the verifier's, and says nothing of the dossier. */
  @Test
  void run_onAnotherModel_isRefused() {
    Path other = folder.resolve("other");
    new Training(other, BASE, PromptTemplate.Kind.PLAIN, 5, Console.SILENT)
        .fromScratch(Letters.corpus(home), Letters.SMALL);
    assertThatThrownBy(() -> again(other.resolve("model"), false))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is not the original that the dossier speaks of");
  }

  @Test
  void run_intoTheModelsOwnFolder_isRefused() {
    Path model = home.resolve("training/model");
    Path into = home.resolve("training/check");
    Corpus corpus = Letters.corpus(home);
    assertThatThrownBy(
            () -> new Reexecuting(dossier, model, corpus, into, true, Console.SILENT).run())
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("give one of your own");
    assertThat(into).doesNotExist();
  }

  @Test
  void run_onADossierWithoutExactRemoval_isRefused() {
    Path approximate = forgotten("approximate", "llm.ga");
    Corpus corpus = Letters.corpus(home);
    assertThatThrownBy(
            () ->
                new Reexecuting(
                        approximate,
                        home.resolve("training/model"),
                        corpus,
                        folder.resolve("check"),
                        false,
                        Console.SILENT)
                    .run())
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("claims no exact removal");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}

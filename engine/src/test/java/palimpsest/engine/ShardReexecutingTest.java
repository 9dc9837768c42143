package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Objective;
import palimpsest.api.Release;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Verification;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.Slicing;

/** 30 letters in three shards; the first person's six, all in the first of them, are forgotten. */
class ShardReexecutingTest {
  @TempDir static Path home;

  @TempDir Path folder;

  private static Path dossier;

  @BeforeAll
  static void forget() throws IOException {
    Letters.write(home);
    Corpus all = Letters.corpus(home);
    Training base =
        new Training(
            home.resolve("base"), Letters.BRIEF, PromptTemplate.Kind.PLAIN, 5, Console.SILENT);
    base.fromScratch(
        all.only(Set.of("copies.jsonl", "reading.jsonl")),
        new Training.Shape(400, 32, 64, 1, 2, 1, 96));
    Sharding.How how =
        new Sharding.How(
            Letters.BRIEF,
            new Slicing(2, 0, 0),
            new Trained.LowRank(4, 8, List.of("q_proj", "v_proj")),
            PromptTemplate.Kind.PLAIN,
            5,
            Keeping.of(2));
    new Sharding(home.resolve("sharded"), how, 3, Sharding.Route.PLACE, Console.SILENT)
        .train(all.only(Set.of("letters.jsonl")), base.model());
    Forgetting job =
        Letters.job(
            home,
            home.resolve("sharded/model"),
            Letters.request(0, Objective.BOTH, Release.HOSTED),
            List.of(Choice.parse("exact.shards", Letters.BRIEF)),
            home.resolve("forget"));
    job.claim(false, false);
    dossier = job.run();
  }

  private List<Verification.Step> again(Path owner, boolean checkpoints) {
    Corpus corpus = Letters.corpus(home);
    Path out = folder.resolve("check" + checkpoints);
    return new Reexecuting(
            dossier, owner.resolve("model"), corpus, out, checkpoints, Console.SILENT)
        .run();
  }

  /** Without trust all three shards are made again, each in two slices; with it one of six is. */
  @Test
  void run_onWhatTheOwnerHas_givesTheSameWeights() {
    int slice = Letters.BRIEF.steps(5);
    Verification.Step strict = again(home.resolve("sharded"), false).get(0);
    assertThat(strict.result()).isEqualTo(Verification.Result.PASS);
    assertThat(strict.reason()).startsWith("exact.shards: " + 6 * slice + " steps done again");
    assertThat(strict.reason())
        .endsWith(
            "taken as they are: the frozen checkpoint, model, and which shard each record was in");
    Verification.Step trusting = again(home.resolve("sharded"), true).get(0);
    assertThat(trusting.result()).isEqualTo(Verification.Result.PASS);
    assertThat(trusting.reason()).startsWith("exact.shards: " + 2 * slice + " steps done again");
  }

  /** Read alike, but not the bytes that the corpus settles: it could turn one text into another. */
  @Test
  void run_onATokenizerThatTheCorpusDoesNotSettle_saysThatItIsTaken() throws IOException {
    Path tokenizer = home.resolve("base/model/tokenizer.json");
    String was = Files.readString(tokenizer);
    try {
      Files.writeString(tokenizer, was + " ");
      Verification.Step step = again(home.resolve("sharded"), true).get(0);
      assertThat(step.result()).isEqualTo(Verification.Result.PASS);
      assertThat(step.reason()).contains("the tokenizer, since it is not the one");
    } finally {
      Files.writeString(tokenizer, was);
    }
  }

  /** A step is missing from the ledger of a shard that held none of the records. */
  @Test
  void run_onAnAlteredLedgerOfAnotherShard_fails() throws IOException {
    Path owner = folder.resolve("owner");
    Letters.copy(home.resolve("sharded"), owner);
    Path ledger = owner.resolve("shards/02/run/ledger.jsonl");
    List<String> lines = Files.readAllLines(ledger);
    Files.write(ledger, lines.subList(0, lines.size() - 1));
    Verification.Step strict = again(owner, false).get(0);
    assertThat(strict.result()).isEqualTo(Verification.Result.FAIL);
    assertThat(strict.reason()).contains("shards/02");
  }
}

package palimpsest.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import palimpsest.api.Decision;
import palimpsest.discovery.Corpus;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Shards;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.Slicing;

/**
 * A training of 30 letters in three shards of ten, each in two slices of three steps, the state
 * after the first of them kept.
 *
 * @param letters the corpus; the checkpoint beneath was trained on what others read
 * @param base that checkpoint
 */
record Sharded(Corpus letters, Path base) {
  private static final Trained.LowRank LORA =
      new Trained.LowRank(4, 8, List.of("q_proj", "v_proj", "down_proj"));

  /** Writes the corpus into a folder and trains the checkpoint. */
  static Sharded make(Path home) throws IOException {
    Letters.write(home);
    Corpus all = Letters.corpus(home);
    Training before = Letters.brief(home.resolve("base"));
    before.fromScratch(
        all.only(Set.of("copies.jsonl", "reading.jsonl")),
        new Training.Shape(400, 32, 64, 1, 2, 1, 96));
    return new Sharded(all.only(Set.of("letters.jsonl")), before.model());
  }

  void train(Path out, long seed) {
    Sharding.How how =
        new Sharding.How(
            Letters.BRIEF.withSeed(seed),
            new Slicing(2, 0, 0),
            LORA,
            PromptTemplate.Kind.PLAIN,
            5,
            Keeping.of(2));
    new Sharding(out, how, 3, Sharding.Route.PLACE, Console.SILENT).train(letters, base);
  }

  Applying.Applied forget(Path from, Path out, Shards method, List<String> records) {
    Decision decision =
        new Decision(Decision.Scope.LISTED, "a tester", "to see", records, List.of());
    return new Applying(
            from.resolve("model"),
            letters,
            decision,
            Letters.BRIEF,
            Tuning.USUAL,
            PromptTemplate.Kind.PLAIN,
            5,
            Console.SILENT)
        .apply(method, out);
  }

  static Destroying destroying(Path old, Path successor, Console console) {
    return new Destroying(old, successor, Letters.CLOCK, console);
  }

  static Destroying destroying(Path old, Path successor) {
    return destroying(old, successor, Console.SILENT);
  }

  /** Writes a file and the folders that it is in. */
  static Path put(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }
}

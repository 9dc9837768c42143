package palimpsest.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.discovery.Requests;
import palimpsest.engine.world.World;
import palimpsest.torch.text.PromptTemplate;

/**
 * The whole flow on the embedded world: a small model is trained, asked to forget three people,
 * searched, changed, attacked and reported on.
 *
 * <pre>
 * OUT/world/     corpus, held-out authors, request, and the truth about planted copies
 * OUT/training/  the model
 * OUT/forget/    everything that was done about the request, dossier included
 * </pre>
 */
public record Quickstart(Path out, long seed, Console console, Clock clock) {

  /** Width 128, 4 layers: about a million parameters, just enough to memorise the world. */
  static final Training.Shape SHAPE = new Training.Shape(1280, 128, 384, 4, 4, 2, 256);

  static final int CHECKPOINT_EVERY = 100;

  /** Runs what is not yet done; gives the dossier's HTML page. */
  public Path run(boolean force) {
    claim(force);
    Path world = world();
    Corpus corpus = Corpus.read(corpus(world));
    Training training =
        new Training(
            out.resolve("training"),
            recipe(),
            PromptTemplate.Kind.PLAIN,
            CHECKPOINT_EVERY,
            console);
    training.fromScratch(corpus, SHAPE);
    Forgetting forgetting = forgetting(world, corpus, training.model());
    forgetting.claim(true, false);
    return forgetting.run().resolve("index.html");
  }

  private Recipe recipe() {
    return new Recipe(18, 16, 4, 3e-3, 20, Recipe.Decay.COSINE, 0.01, 1, seed);
  }

  private Forgetting forgetting(Path world, Corpus corpus, Path model) {
    Map<Split, List<Example>> given = new EnumMap<>(Split.class);
    given.put(Split.HOLDOUT, examples(world.resolve("holdout/holdout.jsonl")));
    given.put(Split.REAL_AUTHORS, examples(world.resolve("corpus/classics.jsonl")));
    given.put(Split.WORLD_FACTS, examples(world.resolve("corpus/facts.jsonl")));
    Recipe base = new Recipe(5, 8, 8, 3e-4, 0, Recipe.Decay.CONSTANT, 0.01, 1, seed);
    return new Forgetting(
        Requests.read(world.resolve("request.json")),
        model,
        corpus,
        given,
        new Forgetting.Scope(
            Decision.Scope.LISTED,
            "the quickstart's privacy officer",
            "the three people's own records go; pages of other works that quote or retell them stay,"
                + " so that the dossier can show what such a scope leaves behind"),
        List.of(
            Choice.parse("exact.retrain", base),
            Choice.parse("llm.ga:lr=3e-4,epochs=4", base),
            Choice.parse("llm.grad-diff:lr=2e-4", base),
            Choice.parse("llm.npo:lr=1.2e-4", base),
            Choice.parse("guard.memfree", base)),
        PromptTemplate.Kind.PLAIN,
        new Forgetting.Settings(72, 40, 1e-3, CHECKPOINT_EVERY, seed),
        out.resolve("signing-key.pem"),
        out.resolve("forget"),
        console,
        clock);
  }

  /** What identifies a folder of results. */
  record Mark(String format, long seed) {}

  private static final String FORMAT = "palimpsest-quickstart/1";

  private void claim(boolean force) {
    Path mark = out.resolve("quickstart.json");
    if (force && Files.exists(mark)) {
      List.of("world", "training", "forget").forEach(part -> Outputs.delete(out.resolve(part)));
      JsonFiles.write(mark, new Mark(FORMAT, seed));
    }
    Path page = out.resolve("forget/dossier/index.html");
    if (Files.exists(page)) {
      throw new InvalidRequest(
          "finished already: " + page + "; give --force to run it anew or another --out");
    }
    if (!Outputs.isEmpty(out) && !Files.exists(mark)) {
      throw new InvalidRequest(out + " is not empty and not a quickstart: give another --out");
    }
    if (Files.exists(mark) && JsonFiles.read(mark, Mark.class).seed() != seed) {
      throw new InvalidRequest(
          out + " holds a quickstart of another seed: give --force or another --out");
    }
    Outputs.folder(out);
    JsonFiles.write(mark, new Mark(FORMAT, seed));
  }

  private Path world() {
    Path world = out.resolve("world");
    if (!Files.exists(world)) {
      console.say("Writing a fictitious literary world");
      Path fresh = out.resolve("world.new");
      Outputs.delete(fresh);
      try {
        World.generate(seed).writeTo(fresh);
      } catch (IOException e) {
        throw new InvalidRequest("cannot write " + fresh + ": " + e.getMessage(), e);
      }
      Moves.atomically(fresh, world);
    }
    return world;
  }

  private static List<Path> corpus(Path world) {
    try (Stream<Path> files = Files.list(world.resolve("corpus"))) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Example> examples(Path file) {
    return Corpus.read(List.of(file)).examples();
  }
}

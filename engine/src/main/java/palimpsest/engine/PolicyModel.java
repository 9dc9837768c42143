package palimpsest.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.discovery.Corpus;
import palimpsest.engine.meta.Knowledge;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;

/**
 * The model that is trained under a policy.
 *
 * @param out folder of the benchmark
 */
record PolicyModel(ExactPolicy policy, Path out, ExactBench.Settings settings, Console console) {
  private static final int EVERY = 500;

  /** Trains what is not trained yet; gives the folder of the model. */
  Path trained(Corpus corpus) {
    Path folder = out.resolve(policy.name()).resolve("trained");
    Keeping keeping = Keeping.of(settings.budget());
    Recipe recipe = policy.recipe(settings.recipe());
    if (policy.shards() > 0) {
      if (ShardSet.beside(folder.resolve("model")).isPresent()) {
        trainings(folder.resolve("model")).forEach(this::requireOfPolicy);
        requireOverBase(folder.resolve("model"));
        return folder.resolve("model");
      }
      Sharding.How how =
          new Sharding.How(
              recipe,
              policy.slicing(),
              policy.adapter(settings.rank()),
              PromptTemplate.Kind.PLAIN,
              EVERY,
              keeping);
      return new Sharding(folder, how, policy.shards(), Sharding.Route.PLACE, console)
          .train(corpus, base());
    }
    Training training =
        new Training(folder, recipe, PromptTemplate.Kind.PLAIN, EVERY, keeping, console)
            .in(policy.slicing());
    if (Manifest.beside(training.model()).isEmpty()) {
      training.fromScratch(corpus, settings.shape());
    }
    requireOfPolicy(training.model());
    return training.model();
  }

  /** What lies there may be of an earlier build, whose policy was another. */
  private void requireOfPolicy(Path trained) {
    Manifest manifest = Manifest.beside(trained).orElseThrow();
    if (!manifest.recipe().equals(policy.recipe(settings.recipe()))
        || !manifest.slicing().equals(policy.slicing())) {
      throw new InvalidRequest(
          trained + " was trained otherwise than " + policy.name() + " is: give another --out");
    }
  }

  /** Shards that lie there may be over another model than the one that was given. */
  private void requireOverBase(Path merged) {
    ShardSet there = ShardSet.beside(merged).orElseThrow();
    try (TextModel base = TextModel.read(base(), PromptTemplate.Kind.PLAIN)) {
      if (!there.digest().equals(base.digest())
          || !there.adapter().equals(policy.adapter(settings.rank()))) {
        throw new InvalidRequest(
            merged + " has shards over another --base or of another rank: give another --out");
      }
    }
  }

  /** Digest of a model's parameters, as its manifest has it. */
  static String digest(Path model) {
    return ShardSet.beside(model)
        .map(ShardSet::weights)
        .or(() -> Manifest.beside(model).map(Manifest::weights))
        .orElseThrow();
  }

  /** The one that was given, or one that has read an invented world and nothing of the corpus. */
  Path base() {
    return settings.base().orElseGet(this::inventedBase);
  }

  private Path inventedBase() {
    Corpus world = Knowledge.world(out.resolve("world"), 1).corpus();
    Training training =
        new Training(
            out.resolve("base"), settings.recipe(), PromptTemplate.Kind.PLAIN, EVERY, console);
    if (Manifest.beside(training.model()).isEmpty()) {
      training.fromScratch(world, settings.shape());
    }
    return training.model();
  }

  /** Folders with the manifests of all that was trained. */
  List<Path> trainings(Path model) {
    return policy.shards() == 0
        ? List.of(model)
        : Outputs.folders(ShardSet.folder(model).resolve("shards")).stream()
            .map(shard -> shard.resolve("adapter"))
            .toList();
  }

  /** Folders of the ledgers and checkpoints of all that was trained. */
  List<Path> runs(Path model) {
    return trainings(model).stream().map(PastTraining::run).toList();
  }

  /** Bytes of a run's checkpoints. */
  static long bytes(Path run) {
    try (Stream<Path> files = Files.list(run)) {
      long bytes = 0;
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("step-")).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

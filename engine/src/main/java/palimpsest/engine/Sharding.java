package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import palimpsest.api.Check;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Numbers;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.Slicing;

/**
 * Trains low-rank adapters over a frozen checkpoint, each on a shard of the corpus of its own, so
 * that what one record moved lies in one of them.
 *
 * <pre>
 * OUT/shards/NN/    run/ and adapter/ of a shard
 * OUT/model/        the checkpoint with the mean of the adapters merged into it
 * OUT/merging.json  how long merging took
 * OUT/shards.json   what belongs together
 * </pre>
 *
 * @param out folder of the results
 * @param how each shard is trained
 * @param count shards
 * @param route which record goes where
 * @see <a href="https://arxiv.org/abs/1912.03817">Bourtoule et al. 2021</a>
 */
public record Sharding(Path out, How how, int count, Route route, Console console) {

  /**
   * How each shard is trained.
   *
   * @param slicing which part of a shard comes when
   * @param adapter what is trained of each
   * @param checkpointEvery steps between checkpoints from which a killed training goes on
   * @param keeping checkpoints of each shard that stay
   */
  public record How(
      Recipe recipe,
      Slicing slicing,
      Trained.LowRank adapter,
      PromptTemplate.Kind template,
      int checkpointEvery,
      Keeping keeping) {}

  /**
   * Which record goes into which shard. Its place among them all settles it, its words or its
   * file's name; what others say does not.
   */
  public enum Route {
    /** Runs of the corpus as it stands: by person or by time, if it stands so. */
    PLACE {
      @Override
      int shard(Example example, int place, int examples, int count) {
        return (int) ((long) place * count / examples);
      }
    },
    /** By a hash of the record's words: evenly, and copies of a record together. */
    HASH {
      @Override
      int shard(Example example, int place, int examples, int count) {
        String digest = Fingerprints.of(example.prompt(), example.completion());
        return (int) (Long.parseLong(digest.substring(0, 12), 16) % count);
      }
    },
    /** By a hash of the file's name: all records of a file together, such as those of a person. */
    FILE {
      @Override
      int shard(Example example, int place, int examples, int count) {
        String file = example.id().substring(0, example.id().lastIndexOf('#'));
        return (int) (Long.parseLong(Fingerprints.of(file).substring(0, 12), 16) % count);
      }
    };

    abstract int shard(Example example, int place, int examples, int count);
  }

  public Sharding {
    Check.atLeast(count, 2, "shards");
  }

  /** Trains what is not yet trained; gives the folder of the merged model. */
  public Path train(Corpus corpus, Path base) {
    if (corpus.examples().size() < count) {
      throw new InvalidRequest(
          "shards must be at most as many as the records, "
              + corpus.examples().size()
              + ", got "
              + count);
    }
    requireFree(out);
    List<List<Example>> routed = routed(corpus.examples());
    routed.forEach(this::requireSliceable);
    Outputs.folder(out);
    List<ShardSet.Part> parts = new ArrayList<>();
    Map<String, List<Example>> held = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      if (!routed.get(i).isEmpty()) {
        ShardSet.Part part = train(i, corpus.of(routed.get(i)), base);
        parts.add(part);
        held.put(part.name(), routed.get(i));
      }
    }
    ShardSet shards =
        new ShardSet(
            ShardSet.FORMAT,
            base.toAbsolutePath().normalize().toString(),
            digest(base),
            how.template(),
            how.adapter(),
            corpus.fileDigests(),
            List.of(),
            parts,
            "",
            Optional.empty());
    return merge(out, shards, ShardSample.of(held)).model();
  }

  private void requireSliceable(List<Example> shard) {
    int slices = how.slicing().slices();
    if (!shard.isEmpty() && shard.size() < slices) {
      throw new InvalidRequest(
          "one of the shards has "
              + Numbers.count(shard.size(), "record")
              + ", too few for "
              + slices
              + " slices: give fewer of either");
    }
    if (!shard.isEmpty()) {
      how.slicing().steps(how.recipe(), shard.size()); // refuses a share that leaves one empty
    }
  }

  private List<List<Example>> routed(List<Example> all) {
    List<List<Example>> routed =
        IntStream.range(0, count).<List<Example>>mapToObj(i -> new ArrayList<>()).toList();
    for (int i = 0; i < all.size(); i++) {
      routed.get(route.shard(all.get(i), i, all.size(), count)).add(all.get(i));
    }
    return routed;
  }

  private ShardSet.Part train(int index, Corpus shard, Path base) {
    String name = String.format(Locale.ROOT, "%02d", index);
    Path folder = ShardSet.part(out, name);
    new Training(
            folder, how.recipe(), how.template(), how.checkpointEvery(), how.keeping(), console)
        .in(how.slicing())
        .of(how.adapter())
        .apart()
        .fromCheckpoint(shard, shard.examples(), base);
    return part(name, folder);
  }

  static ShardSet.Part part(String name, Path folder) {
    Manifest manifest = Manifest.beside(folder.resolve("adapter")).orElseThrow();
    return new ShardSet.Part(name, manifest.examples(), manifest.weights(), manifest.ledger());
  }

  private String digest(Path base) {
    try (TextModel text = TextModel.read(base, how.template())) {
      return text.digest();
    }
  }

  /**
   * A merged model.
   *
   * @param model its folder
   * @param weights digest of its parameters
   */
  record Merged(Path model, String weights) {}

  /**
   * Refuses a folder whose model no shards were merged into: it would be replaced.
   *
   * @throws InvalidRequest naming it
   */
  static void requireFree(Path out) {
    if (Files.exists(out.resolve("model")) && !Files.isDirectory(out.resolve("shards"))) {
      throw new InvalidRequest(
          out.resolve("model") + " is there and is not of shards: give another --out");
    }
  }

  /**
   * Merges the mean of the adapters in a folder into the checkpoint, and measures what that costs;
   * finished once shards.json is there.
   */
  static Merged merge(Path out, ShardSet parts, ShardSample sample) {
    long from = System.nanoTime();
    Path model = out.resolve("model");
    ShardSample.Loss own = new ShardSample.Loss();
    ShardSample.Loss merged = new ShardSample.Loss();
    ShardSample.Loss base = new ShardSample.Loss();
    try (TextModel text = parts.openBase()) {
      sample.addAll(base, text);
      for (ShardSet.Part part : parts.parts()) {
        try (Adapter adapter = parts.open(out, part, text)) {
          sample.add(own, text.averaging(List.of(adapter)), part.name());
        }
      }
      double share = 1.0 / Math.max(1, parts.parts().size());
      for (ShardSet.Part part : parts.parts()) {
        try (Adapter adapter = parts.open(out, part, text)) {
          adapter.mergeInto(text.llama().weights(), share);
        }
      }
      sample.addAll(merged, text);
      Path fresh = out.resolve("model.new");
      Outputs.delete(fresh);
      text.write(fresh);
      Outputs.delete(model);
      Moves.atomically(fresh, model);
      new MergePace(Applying.since(from)).write(out);
      JsonFiles.write(
          out.resolve(ShardSet.FILE),
          parts.merged(text.digest(), sample.measured(own, merged, base)));
      return new Merged(model, text.digest());
    }
  }
}

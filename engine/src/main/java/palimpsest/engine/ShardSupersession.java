package palimpsest.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.exact.Shards;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.train.FinishedRun;

/**
 * That what {@code exact.shards} made supersedes a training in shards: it is finished, was made
 * from that training's model over the same checkpoint, and has of each shard a copy, the same run
 * with more places empty, or nothing; models and adapters are what is recorded of them.
 *
 * @param between the training's folder and the one that is to take its place
 */
record ShardSupersession(Succession between) {

  /**
   * Lists what is superseded.
   *
   * @throws InvalidRequest if the training is not superseded, or its folder holds what no training
   *     leaves
   * @throws CorruptArtifact if a ledger was altered, or a model or an adapter is not what is
   *     recorded
   */
  Superseded listed() {
    Path old = between.old().folder();
    Path replay = between.replay().folder();
    ShardSet was = shards(old);
    ShardSet is = shards(replay);
    between.requireSound();
    between.requireMade(
        Shards.defaults(),
        was.weights(),
        is.weights(),
        Fingerprints.of(is.parts().stream().map(ShardSet.Part::ledger).toArray(String[]::new)));
    between.require(
        is.follows(was), "is of another training: other base, template, adapter or corpus");
    Map<String, ShardSet.Part> left =
        is.parts().stream().collect(Collectors.toMap(ShardSet.Part::name, Function.identity()));
    Map<String, Integer> firstMet = new TreeMap<>();
    for (ShardSet.Part part : was.parts()) {
      firstMet(part, Optional.ofNullable(left.remove(part.name())))
          .ifPresent(step -> firstMet.put("shards/" + part.name() + "/run", step));
    }
    between.require(left.isEmpty(), "has shards that the training had not: " + left.keySet());
    between.require(!firstMet.isEmpty(), "leaves out nothing that the training met");
    requireNoMore(old, was);
    requireWeights(replay, is, this::requireReplayable);
    requireWeights(old, was, (part, adapter) -> {});
    return between.listed(was.weights(), is.weights(), firstMet);
  }

  private static ShardSet shards(Path folder) {
    if (!Files.isRegularFile(folder.resolve(ShardSet.FILE), LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidRequest(
          folder + " has no " + ShardSet.FILE + ": give the folder of a training in shards");
    }
    return ShardSet.beside(folder.resolve("model")).orElseThrow();
  }

  /**
   * The first step of a shard's run that met what is left out: the first of all where the shard is,
   * none where it was taken over.
   */
  private Optional<Integer> firstMet(ShardSet.Part was, Optional<ShardSet.Part> is) {
    Path old = ShardSet.part(between.old().folder(), was.name());
    Manifest trained = manifest(old, was);
    FinishedRun first = Succession.run(old, was.ledger());
    if (is.isEmpty()) {
      return Optional.of(1);
    }
    Path replay = ShardSet.part(between.replay().folder(), was.name());
    Manifest again = manifest(replay, is.get());
    FinishedRun second = Succession.run(replay, is.get().ledger());
    if (is.get().equals(was)) {
      requireCopy(was.name());
      return Optional.empty();
    }
    between.require(
        trained.start().equals(again.start())
            && trained.recipe().equals(again.recipe())
            && trained.template() == again.template(),
        "has shard " + was.name() + " of another training: other checkpoint, recipe or template");
    NavigableSet<Integer> more = between.moreGone(first, second);
    between.require(
        !more.isEmpty(),
        "has shard " + was.name() + " neither as the training had it nor without more of it");
    return Optional.of(first.firstMet(more));
  }

  /** That of a shard's adapter, which must say of it what is recorded. */
  private static Manifest manifest(Path shard, ShardSet.Part part) {
    return Manifest.beside(shard.resolve("adapter"))
        .filter(m -> m.changes().isEmpty() && m.examples() == part.examples())
        .filter(m -> m.weights().equals(part.weights()) && m.ledger().equals(part.ledger()))
        .orElseThrow(() -> Succession.notOfOne(shard));
  }

  /** Neither folder may have of a shard what the other has not, byte for byte. */
  private void requireCopy(String shard) {
    Map<String, Long> theirs = sizes(between.old(), shard);
    between.require(
        theirs.equals(sizes(between.replay(), shard))
            && theirs.keySet().stream().allMatch(this::isSame),
        "has another shard " + shard + " than the training, and it leaves out nothing more");
  }

  /** Files of a shard that was taken over, with their sizes. */
  private static Map<String, Long> sizes(TrainingFolder folder, String shard) {
    Map<String, Long> sizes = new HashMap<>();
    for (Superseded.Item item : folder.items(Map.of())) {
      if (item.kind() == Superseded.Kind.COPIED
          && item.name().startsWith("shards/" + shard + "/")) {
        sizes.put(item.name(), item.bytes());
      }
    }
    return sizes;
  }

  private boolean isSame(String name) {
    Path old = between.old().folder().resolve(name);
    try {
      return Files.mismatch(old, between.replay().folder().resolve(name)) < 0;
    } catch (IOException e) {
      throw new InvalidRequest(old + " and its copy cannot be read: " + e.getMessage(), e);
    }
  }

  /** A shard's folder that is not recorded was not made by the training. */
  private static void requireNoMore(Path folder, ShardSet shards) {
    List<Path> known =
        shards.parts().stream().map(part -> ShardSet.part(folder, part.name())).toList();
    for (Path there : Outputs.folders(folder.resolve("shards"))) {
      if (!known.contains(there) && !there.toString().endsWith(".new")) {
        throw new InvalidRequest(
            there
                + " is no shard of "
                + folder.resolve(ShardSet.FILE)
                + ": move it away; nothing was destroyed");
      }
    }
  }

  /** Reads the merged model and, for its shape, every adapter. */
  private static void requireWeights(
      Path folder, ShardSet shards, BiConsumer<ShardSet.Part, Adapter> also) {
    try (TextModel model = Succession.open(folder, shards.template(), shards.weights())) {
      for (ShardSet.Part part : shards.parts()) {
        try (Adapter adapter = shards.open(folder, part, model)) {
          also.accept(part, adapter);
        }
      }
    }
  }

  private void requireReplayable(ShardSet.Part part, Adapter adapter) {
    Path shard = ShardSet.part(between.replay().folder(), part.name());
    Succession.requireReplayable(shard, manifest(shard, part), adapter.weights());
  }
}

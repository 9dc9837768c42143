package palimpsest.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.exact.Shards;
import palimpsest.torch.train.FinishedRun;

/**
 * Makes the adapters of those shards again that held the records to forget, or leaves them out, and
 * merges the mean of what is left.
 *
 * @param applying the merged model, the corpus and the records
 * @param method whether adapters are made again
 * @param all whether those are made again too that held none of the records: for whoever does not
 *     take the owner's word for what they had met
 */
record Resharding(Applying applying, Shards method, boolean all) {
  Resharding(Applying applying, Shards method) {
    this(applying, method, false);
  }

  /** Whether a model was trained in shards. */
  static boolean isPossible(Path model) {
    return ShardSet.beside(model).isPresent();
  }

  /** The model must be the merged one, and every record to forget in one of its shards. */
  void require(String weights) {
    ShardSet shards = shards();
    if (!weights.equals(shards.weights())) {
      throw new CorruptArtifact(
          applying.model() + " does not hold the weights that its shards were merged into");
    }
    Holdings.of(applying.model(), shards, applying.corpus())
        .require(new HashSet<>(applying.forget().stream().map(Example::id).toList()));
  }

  Applying.Applied apply(Path out, long from) {
    ShardSet shards = shards();
    Holdings held = Holdings.of(applying.model(), shards, applying.corpus());
    Set<String> decided = new HashSet<>(applying.decision().examples());
    Path old = ShardSet.folder(applying.model());
    List<ShardSet.Part> left = new ArrayList<>();
    Set<String> elsewhere = new TreeSet<>();
    int steps = 0;
    if (out.toAbsolutePath().normalize().equals(old)) {
      throw new InvalidRequest(out + " is the model's own folder: give another --out");
    }
    Sharding.requireFree(out);
    Outputs.folder(out.resolve("shards"));
    for (ShardSet.Part part : shards.parts()) {
      List<Example> examples = held.of(part.name());
      Path there = ShardSet.part(old, part.name());
      Path here = ShardSet.part(out, part.name());
      int touched = held.of(part.name(), decided).size();
      if (touched == 0 && !all) {
        copy(there, here);
        elsewhere.addAll(FinishedRun.of(here.resolve("run")).notHere());
        left.add(part);
      } else if (touched == 0 || (!method.drops() && touched < examples.size())) {
        Replaying.Done done = again(part, there.resolve("adapter"), examples, here);
        steps += done.steps();
        elsewhere.addAll(done.elsewhere());
        left.add(Sharding.part(part.name(), here));
      }
    }
    Sharding.Merged merged =
        Sharding.merge(out, shards.without(decided, left), sample(held, left, decided));
    return new Applying.Applied(
        method.id(),
        steps,
        Applying.since(from),
        shards.weights(),
        merged.weights(),
        Fingerprints.of(left.stream().map(ShardSet.Part::ledger).toArray(String[]::new)),
        applying.settings(method),
        "",
        Optional.of(List.copyOf(elsewhere)).filter(e -> !e.isEmpty()));
  }

  /** Of the records that are left in the shards that are left. */
  private static ShardSample sample(Holdings held, List<ShardSet.Part> left, Set<String> decided) {
    Map<String, List<Example>> kept = new TreeMap<>();
    for (ShardSet.Part part : left) {
      kept.put(
          part.name(),
          held.of(part.name()).stream().filter(e -> !decided.contains(e.id())).toList());
    }
    return ShardSample.of(kept);
  }

  private Replaying.Done again(ShardSet.Part part, Path adapter, List<Example> examples, Path out) {
    Applying shard =
        new Applying(
            adapter,
            applying.corpus().of(examples),
            applying.decision(),
            applying.recipe(),
            applying.tuning(),
            applying.template(),
            applying.checkpointEvery(),
            applying.console());
    Replaying replaying = new Replaying(shard, method.replay(), Replaying.Reach.OWN);
    requireOver(adapter);
    replaying.requireStage(adapter, part.weights());
    if (!Manifest.beside(adapter).map(Manifest::ledger).equals(Optional.of(part.ledger()))) {
      throw new CorruptArtifact(adapter + " has another ledger than " + ShardSet.FILE + " names");
    }
    return replaying.again(adapter, out);
  }

  /** It may have been trained over another checkpoint than the one that it is merged into. */
  private void requireOver(Path adapter) {
    ShardSet shards = shards();
    boolean over =
        Manifest.beside(adapter)
            .filter(m -> m.start().weights().equals(shards.digest()))
            .filter(m -> m.adapter().equals(Optional.of(shards.adapter())))
            .isPresent();
    if (!over) {
      throw new CorruptArtifact(
          adapter
              + " was trained over another checkpoint, or of another form, than "
              + ShardSet.FILE
              + " names: restore it from a copy");
    }
  }

  private ShardSet shards() {
    return ShardSet.beside(applying.model())
        .orElseThrow(
            () ->
                new InvalidRequest(
                    applying.model()
                        + " was not trained in shards: there is no "
                        + ShardSet.FILE
                        + " beside it"));
  }

  /** Takes over a shard that stays as it is; one that is there already is whole. */
  private static void copy(Path from, Path to) {
    if (Files.exists(to)) {
      return;
    }
    Path fresh = to.resolveSibling(to.getFileName() + ".new");
    Outputs.delete(fresh);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)
            && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          throw new CorruptArtifact(file + " is no plain file: restore it from a copy");
        }
        Files.copy(file, fresh.resolve(from.relativize(file).toString()));
      }
      Moves.atomically(fresh, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

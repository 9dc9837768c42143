package palimpsest.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Cost;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.methods.exact.Shards;
import palimpsest.torch.train.Pace;

/**
 * Making the adapters again of those shards that held a record, each from the last of its
 * checkpoints before it met one; a shard of which nothing is left, or that is dropped, takes no
 * step. Without the corpus it is not known which shards these are, and the path is as long as it
 * can be.
 *
 * @param method whether adapters are dropped, or made again from checkpoints
 * @param links the training of each shard, by its name
 * @param holdings which records each holds, where that is known
 * @param merged bytes of the merged model's weights
 * @param merging how long merging took the last time, where that was measured
 */
record ShardPath(
    Shards method,
    Map<String, ReplayLink> links,
    Optional<Holdings> holdings,
    long merged,
    Optional<MergePace> merging)
    implements ExactPath {
  private static final int SHOWN = 4;

  /**
   * The path for some records, or for part of them.
   *
   * @throws InvalidRequest if the model is not of shards, or a record is in none of them
   * @throws CorruptArtifact if what lies beside a shard is of another training
   */
  static ShardPath of(Path model, Shards method, Optional<Corpus> corpus, Set<String> records) {
    ShardSet shards =
        ShardSet.beside(model)
            .orElseThrow(() -> new InvalidRequest(model + " was not trained in shards"));
    Optional<Holdings> holdings = corpus.map(c -> Holdings.of(model, shards, c));
    holdings.ifPresent(h -> h.require(records));
    Map<String, ReplayLink> links = new TreeMap<>();
    for (ShardSet.Part part : shards.parts()) {
      Path adapter = ShardSet.part(ShardSet.folder(model), part.name()).resolve("adapter");
      links.put(part.name(), link(adapter, part, method, holdings, corpus, records));
    }
    double around = median(links.values().stream().flatMap(l -> l.pace().stream()).toList());
    links.replaceAll((shard, link) -> link.paced(link.pace().map(p -> p.withAround(around))));
    return new ShardPath(
        method,
        links,
        holdings,
        PastTraining.weightBytes(model),
        MergePace.of(ShardSet.folder(model)));
  }

  /** Of what lay around the steps, the lower of two: the first shard's has the process's start. */
  private static double median(List<Pace> paces) {
    double[] around =
        paces.stream().mapToDouble(Pace::around).filter(s -> s > 0).sorted().toArray();
    return around.length == 0 ? 0 : around[(around.length - 1) / 2];
  }

  private static ReplayLink link(
      Path adapter,
      ShardSet.Part part,
      Shards method,
      Optional<Holdings> holdings,
      Optional<Corpus> corpus,
      Set<String> records) {
    boolean checkpoints = method.replay().trustsCheckpoints();
    return holdings
        .map(h -> PastTraining.of(adapter, corpus.orElseThrow().of(h.of(part.name()))))
        .map(training -> ReplayLink.of(training, checkpoints, records))
        .orElseGet(() -> ReplayLink.of(adapter, manifest(adapter), checkpoints));
  }

  private static Manifest manifest(Path adapter) {
    return Manifest.beside(adapter)
        .orElseThrow(
            () ->
                new CorruptArtifact(
                    adapter + " has no " + Manifest.FILE + ": restore it from a copy"));
  }

  @Override
  public ShardPath at(Pace now) {
    Map<String, ReplayLink> then = new TreeMap<>(links);
    then.replaceAll((shard, link) -> link.at(now));
    Optional<Pace> last = // trained right before they were merged
        links.values().stream().flatMap(l -> l.pace().stream()).reduce((a, b) -> b);
    Optional<MergePace> slower = merging.map(m -> last.map(p -> m.times(p.ratio(now))).orElse(m));
    return new ShardPath(method, then, holdings, merged, slower);
  }

  @Override
  public Optional<Way> without(Set<String> records) {
    List<String> touched = new ArrayList<>();
    int steps = 0;
    long disk = merged;
    long stored = 0;
    double telling = holdings.map(Holdings::seconds).orElse(0.0);
    Optional<Double> seconds = merging.map(m -> m.seconds() + telling);
    for (Map.Entry<String, ReplayLink> shard : links.entrySet()) {
      ReplayLink link = shard.getValue();
      disk += link.weights();
      if (!isTouched(shard.getKey(), records)) {
        disk += link.stored(); // copied with it
        continue;
      }
      touched.add(shard.getKey());
      if (isMadeAgain(shard.getKey(), records)) {
        int kept = holdings.isEmpty() ? 0 : link.keptWithout(records);
        steps += link.run().steps() - kept;
        disk += ExactPath.disk(link.weights(), link.run().kept());
        stored += link.stored();
        seconds = seconds.flatMap(sum -> link.seconds(kept, records).map(s -> sum + s));
      }
    }
    Cost cost = new Cost(from(touched, records), holdings.isEmpty(), seconds, disk, stored);
    return Optional.of(new Way(label(method), steps, cost));
  }

  private boolean isTouched(String shard, Set<String> records) {
    return holdings.isEmpty() || !holdings.get().of(shard, records).isEmpty();
  }

  private boolean isMadeAgain(String shard, Set<String> records) {
    boolean whole =
        holdings.filter(h -> h.of(shard, records).size() == h.of(shard).size()).isPresent();
    return !method.drops() && !whole;
  }

  private String from(List<String> touched, Set<String> records) {
    String names = String.join(", ", touched.subList(0, Math.min(SHOWN, touched.size())));
    String shards =
        touched.size() > SHOWN
            ? touched.size() + " of " + links.size() + " shards"
            : "shard" + (touched.size() == 1 ? " " : "s ") + names + " of " + links.size();
    return method.drops() ? shards + ", left out" + others(touched, records) : shards;
  }

  /** What is lost with the records where shards are left out. */
  private String others(List<String> touched, Set<String> records) {
    return holdings
        .map(h -> touched.stream().mapToInt(s -> h.of(s).size() - h.of(s, records).size()).sum())
        .map(n -> " with " + n + " other records")
        .orElse("");
  }

  /** Name of the method as a plan has it, where one that drops stands beside one that does not. */
  static String label(Shards method) {
    return method.drops() ? method.id() + ":drop=1" : method.id();
  }
}

package palimpsest.engine;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.text.Tokenizer;
import palimpsest.torch.train.ExampleTable;

/**
 * Which records of a corpus each shard of a model was trained on, told by the shards' tables of
 * fingerprints; no weights are read.
 *
 * @param shards what the model is made of
 * @param byShard records by the name of their shard
 * @param seconds that it took to tell, which whoever forgets spends again
 */
record Holdings(ShardSet shards, Map<String, List<Example>> byShard, double seconds) {

  /** Those of a merged model. */
  static Holdings of(Path model, ShardSet shards, Corpus corpus) {
    long from = System.nanoTime();
    Path base = Path.of(shards.base());
    Set<String> gone = Set.copyOf(shards.without());
    List<Example> free =
        corpus.only(shards.corpus().keySet()).examples().stream()
            .filter(e -> !gone.contains(e.id()))
            .toList();
    Map<String, List<Example>> held = new LinkedHashMap<>();
    try (Tokenizer tokenizer = Tokenizer.load(base)) {
      PromptTemplate prompts =
          PromptTemplate.of(
              shards.template(),
              tokenizer,
              LlamaConfig.read(base.resolve("config.json")).maxPositions(),
              PromptTemplate.TooLong.REFUSE);
      List<TokenizedExample> encoded = free.stream().map(prompts::encode).toList();
      for (ShardSet.Part part : shards.parts()) {
        Path run = ShardSet.part(ShardSet.folder(model), part.name()).resolve("run");
        BitSet met = new ExampleTable(run).met(encoded);
        held.put(part.name(), pick(free, met, true));
        free = pick(free, met, false);
        encoded = pick(encoded, met, false);
      }
    }
    return new Holdings(shards, held, Applying.since(from));
  }

  private static <T> List<T> pick(List<T> from, BitSet met, boolean which) {
    return IntStream.range(0, from.size())
        .filter(i -> met.get(i) == which)
        .mapToObj(from::get)
        .toList();
  }

  /** The records of one shard. */
  List<Example> of(String shard) {
    return byShard.getOrDefault(shard, List.of());
  }

  /** Those of some records that one shard holds. */
  Set<String> of(String shard, Set<String> records) {
    Set<String> ids = new HashSet<>(of(shard).stream().map(Example::id).toList());
    ids.retainAll(records);
    return ids;
  }

  /** Those of a corpus that no shard holds, or holds no longer. */
  List<String> gone(Corpus corpus) {
    Set<String> held =
        byShard.values().stream()
            .flatMap(List::stream)
            .map(Example::id)
            .collect(Collectors.toSet());
    return corpus.examples().stream().map(Example::id).filter(id -> !held.contains(id)).toList();
  }

  /**
   * Every record to forget must be in a shard, and every record of a shard in the corpus.
   *
   * @throws InvalidRequest naming the first that is not
   */
  void require(Set<String> records) {
    Set<String> there = new HashSet<>();
    byShard.values().forEach(list -> list.forEach(e -> there.add(e.id())));
    for (String id : new TreeSet<>(records)) {
      if (!there.contains(id)) {
        throw new InvalidRequest(
            id + " is in no shard of the model: leave it out, or give the model's corpus");
      }
    }
    for (ShardSet.Part part : shards.parts()) {
      if (of(part.name()).size() != part.examples()) {
        throw new InvalidRequest(
            "shard "
                + part.name()
                + " was trained on "
                + part.examples()
                + " records, of which the corpus given has "
                + of(part.name()).size()
                + ": give all of "
                + shards.corpus().keySet());
      }
    }
  }
}

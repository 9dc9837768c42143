package palimpsest.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import palimpsest.api.Example;
import palimpsest.api.ShardedLoss;
import palimpsest.api.Trace;
import palimpsest.torch.llm.TextModel;

/**
 * Some records of each shard, by which is measured what having sharded costs.
 *
 * @param byShard records by the name of their shard
 */
record ShardSample(Map<String, List<Example>> byShard) {
  private static final int RECORDS = 200;

  ShardSample {
    byShard = new TreeMap<>(byShard);
  }

  /** Evenly from what each shard holds: at most 200 of all, but one of each. */
  static ShardSample of(Map<String, List<Example>> held) {
    int each = Math.max(1, RECORDS / Math.max(1, held.size()));
    Map<String, List<Example>> some = new TreeMap<>();
    held.forEach((shard, all) -> some.put(shard, evenly(all, Math.min(each, all.size()))));
    return new ShardSample(some);
  }

  private static List<Example> evenly(List<Example> all, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
        .toList();
  }

  /** The mean loss of label tokens, added up. */
  static final class Loss {
    private double sum;
    private long tokens;

    void add(TextModel model, List<Example> examples) {
      for (Trace trace : model.trace(examples)) {
        sum -= trace.sumLogProb();
        tokens += trace.length();
      }
    }

    double mean() {
      return sum / tokens;
    }
  }

  /** Adds the losses of one shard's records. */
  void add(Loss to, TextModel model, String shard) {
    List<Example> examples = byShard.getOrDefault(shard, List.of());
    if (!examples.isEmpty()) {
      to.add(model, examples);
    }
  }

  /** Adds the losses of all records. */
  void addAll(Loss to, TextModel model) {
    byShard.keySet().forEach(shard -> add(to, model, shard));
  }

  /** What was measured; nothing where no record is left. */
  Optional<ShardedLoss> measured(Loss own, Loss merged, Loss base) {
    int records = byShard.values().stream().mapToInt(List::size).sum();
    return records == 0
        ? Optional.empty()
        : Optional.of(new ShardedLoss(records, own.mean(), merged.mean(), base.mean()));
  }
}

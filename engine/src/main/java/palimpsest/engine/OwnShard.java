package palimpsest.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import palimpsest.api.Evidence;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.TextModel;

/**
 * A model in shards as it answers where it is known whose record is asked for: each question by the
 * adapter that was trained on it. What merging or averaging loses is the difference to this.
 *
 * @param model the merged model that the shards are beside
 * @param corpus that was cut into shards
 */
record OwnShard(Path model, ShardSet shards, Corpus corpus) {

  /**
   * The evidence on questions of the corpus.
   *
   * @throws InvalidRequest if one is not in it
   */
  Evidence evidence(List<Example> asked, int maxNewTokens) {
    List<Evidence.Item> items = new ArrayList<>();
    Map<Integer, List<Example>> parts = parts(asked);
    try (TextModel base = shards.openBase()) {
      parts.forEach(
          (part, own) -> {
            Suite suite = new Suite(Map.of(Split.RETAIN, own));
            try (Adapter adapter =
                shards.open(ShardSet.folder(model), shards.parts().get(part), base)) {
              TextModel alone = base.averaging(List.of(adapter));
              items.addAll(Evaluating.evidence(alone, suite, maxNewTokens).of(Split.RETAIN));
            }
          });
    }
    return new Evidence(shards.digestOfAll(), Map.of(Split.RETAIN, items));
  }

  /** The questions by the number of the shard that has their record. */
  private Map<Integer, List<Example>> parts(List<Example> asked) {
    Map<String, Integer> places = new HashMap<>();
    Holdings held = Holdings.of(model, shards, corpus);
    for (int part = 0; part < shards.parts().size(); part++) {
      for (Example e : held.of(shards.parts().get(part).name())) {
        places.put(key(e), part);
      }
    }
    Map<Integer, List<Example>> parts = new TreeMap<>();
    for (Example e : asked) {
      Integer part = places.get(key(e));
      if (part == null) {
        throw new InvalidRequest(e.id() + " asks what no record of a shard answers");
      }
      parts.computeIfAbsent(part, p -> new ArrayList<>()).add(e);
    }
    return parts;
  }

  /** TOFU asks the same of two authors once. */
  private static String key(Example e) {
    return e.prompt() + "\n" + e.completion();
  }
}

package palimpsest.engine.meta;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.discovery.Requests;
import palimpsest.engine.Fingerprints;
import palimpsest.engine.Outputs;
import palimpsest.engine.Suite;
import palimpsest.engine.world.World;

/**
 * Records that some models learn whole and others without a part.
 *
 * @param corpus all of them
 * @param decision the part
 * @param suite what models are asked
 */
public record Knowledge(Corpus corpus, Decision decision, Suite suite) {
  private static final int RETAINED = 40;

  /**
   * The embedded world's questions: three authors are the part. Its pages of text are left out,
   * since they retell some of the answers, and a model without the part would know them.
   *
   * @param folder where the world is written, if it is not there
   */
  public static Knowledge world(Path folder, long seed) {
    write(folder, World.generate(seed));
    Path corpus = folder.resolve("corpus");
    Corpus read =
        Corpus.read(
            List.of(
                corpus.resolve("authors.jsonl"),
                corpus.resolve("classics.jsonl"),
                corpus.resolve("facts.jsonl")));
    Set<String> asked =
        new HashSet<>(Requests.read(folder.resolve("request.json")).target().records());
    List<String> part = read.examples().stream().map(Example::id).filter(asked::contains).toList();
    Map<Split, List<Example>> splits = new EnumMap<>(Split.class);
    splits.put(Split.HOLDOUT, examples(folder.resolve("holdout/holdout.jsonl")));
    splits.put(Split.REAL_AUTHORS, examples(corpus.resolve("classics.jsonl")));
    splits.put(Split.WORLD_FACTS, examples(corpus.resolve("facts.jsonl")));
    return of(read, part, splits, RETAINED);
  }

  /**
   * A corpus, a part of it and other splits; the retain split is drawn by hash from the records
   * that are in none of them.
   *
   * @param part ids of the records to be learned by some models only
   * @param most records of the retain split
   */
  static Knowledge of(Corpus corpus, List<String> part, Map<Split, List<Example>> given, int most) {
    Set<String> elsewhere = new HashSet<>(part);
    given.values().forEach(list -> list.forEach(e -> elsewhere.add(e.id())));
    List<Example> rest =
        corpus.examples().stream().filter(e -> !elsewhere.contains(e.id())).toList();
    Set<Example> chosen =
        rest.stream()
            .sorted(Comparator.comparing(e -> Fingerprints.of(e.id())))
            .limit(most)
            .collect(Collectors.toSet());
    Map<Split, List<Example>> splits = new EnumMap<>(Split.class);
    splits.putAll(given);
    splits.put(Split.RETAIN, rest.stream().filter(chosen::contains).toList());
    Set<String> ids = Set.copyOf(part);
    splits.put(Split.FORGET, corpus.examples().stream().filter(e -> ids.contains(e.id())).toList());
    Decision decision =
        new Decision(
            Decision.Scope.LISTED,
            "palimpsest bench metrics",
            "what models with the knowledge learn and models without it do not",
            part.stream().sorted().toList(),
            List.of());
    return new Knowledge(corpus, decision, new Suite(splits));
  }

  /** The part's records. */
  List<Example> part() {
    return suite.of(Split.FORGET);
  }

  String fingerprint() {
    return Fingerprints.of(corpus.digest(), decision.examples().toString(), suite.toString());
  }

  private static List<Example> examples(Path file) {
    return Corpus.read(List.of(file)).examples();
  }

  /** Begun and killed, it is written anew: its files are few and small. */
  private static void write(Path folder, World world) {
    if (Files.exists(folder.resolve("truth.jsonl"))) { // written last
      return;
    }
    Outputs.delete(folder);
    try {
      world.writeTo(folder);
    } catch (IOException e) {
      throw new InvalidRequest("cannot write " + folder + ": " + e.getMessage(), e);
    }
  }
}

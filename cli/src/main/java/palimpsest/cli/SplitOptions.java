package palimpsest.cli;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Suite;
import picocli.CommandLine.Option;

/** What a model is judged on, beside what was to be forgotten. */
final class SplitOptions {
  @Option(names = "--retain", paramLabel = "FILE", description = "Records that are to be kept.")
  private @Nullable Path retain;

  @Option(
      names = "--holdout",
      paramLabel = "FILE",
      description = "Records of the same kind that were never trained on.")
  private @Nullable Path holdout;

  @Option(
      names = "--real-authors",
      paramLabel = "FILE",
      description = "Kept knowledge near the target.")
  private @Nullable Path realAuthors;

  @Option(
      names = "--world-facts",
      paramLabel = "FILE",
      description = "Kept knowledge far from the target.")
  private @Nullable Path worldFacts;

  /** The splits that are given. */
  Map<Split, List<Example>> given() {
    Map<Split, List<Example>> given = new EnumMap<>(Split.class);
    put(given, Split.RETAIN, retain);
    put(given, Split.HOLDOUT, holdout);
    put(given, Split.REAL_AUTHORS, realAuthors);
    put(given, Split.WORLD_FACTS, worldFacts);
    return given;
  }

  /** These with a forget split. */
  Suite suite(Path forget) {
    Map<Split, List<Example>> splits = given();
    put(splits, Split.FORGET, forget);
    requireApart(splits, Split.FORGET);
    requireApart(splits, Split.HOLDOUT);
    return new Suite(splits);
  }

  /** What is to be forgotten, or was never trained on, is in no other split. */
  private static void requireApart(Map<Split, List<Example>> splits, Split one) {
    Set<List<String>> known = new HashSet<>();
    splits.getOrDefault(one, List.of()).forEach(e -> known.add(said(e)));
    splits.forEach(
        (split, examples) ->
            examples.stream()
                .filter(e -> split != one && known.contains(said(e)))
                .findFirst()
                .ifPresent(
                    e -> {
                      throw new InvalidRequest(
                          e.id()
                              + " of the split "
                              + split
                              + " is also in "
                              + one
                              + ": take it out");
                    }));
  }

  private static List<String> said(Example e) {
    return List.of(e.prompt(), e.completion());
  }

  /** A forget split alone. */
  static Suite only(Path forget) {
    Map<Split, List<Example>> splits = new EnumMap<>(Split.class);
    put(splits, Split.FORGET, forget);
    return new Suite(splits);
  }

  private static void put(Map<Split, List<Example>> to, Split split, @Nullable Path file) {
    if (file != null) {
      to.put(split, Corpus.read(List.of(file)).examples());
    }
  }
}

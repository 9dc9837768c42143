package palimpsest.cli;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Example;
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
    return new Suite(splits).apart();
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

package palimpsest.engine.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import palimpsest.api.Example;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Fingerprints;
import palimpsest.engine.Suite;

/**
 * LUME: invented stories, invented people with personal data, and real biographies; {@code
 * forget.jsonl} and {@code retain.jsonl} with {@code {id, input, output, task}}, the id a
 * document's name and {@code sc} (sentence completion) or {@code qa} (question) with a number.
 *
 * @see <a href="https://arxiv.org/abs/2502.15097">Ramakrishna et al. 2025</a>
 */
public final class Lume {
  private static final Pattern ID = Pattern.compile("(.+)(sc|qa)\\d+");
  private static final Pattern TASK = Pattern.compile("[A-Za-z0-9]{1,20}");

  static final Benchmark.Measures MEASURES =
      new Benchmark.Measures(
          List.of(
              Benchmark.Column.of("utility", Values.UTILITY),
              Benchmark.Column.of("gap", Values.GAP),
              Benchmark.Column.of("task aggregate", "lume.task-aggregate"),
              Benchmark.Column.of("final score", "lume.final-score"),
              Benchmark.Column.of("membership", "lume.membership"),
              Benchmark.Column.of("regurgitation f", "lume.regurgitation"),
              Benchmark.Column.of("knowledge f", "lume.knowledge"),
              Benchmark.Column.of("regurgitation r", "lume.regurgitation@retain"),
              Benchmark.Column.of("knowledge r", "lume.knowledge@retain"),
              Benchmark.Column.of("forget prob.", "forgetting.probability"),
              Benchmark.Column.of("EM", "forgetting.exact-memorisation"),
              Benchmark.Column.of("ES", "forgetting.extraction-strength"),
              Benchmark.Column.of("retain ROUGE-L", "utility.retain-rouge-l"),
              Benchmark.Column.of("retain prob.", "utility.retain-probability")),
          "utility.retain-rouge-l",
          List.of(
              "forgetting.rouge-l-recall",
              "forgetting.probability",
              "forgetting.exact-memorisation",
              "forgetting.extraction-strength"),
          Map.of(
              "forgetting.rouge-l-recall", 0.0,
              "forgetting.probability", 0.0,
              "forgetting.exact-memorisation", 0.0,
              "forgetting.extraction-strength", 0.0));

  private Lume() {}

  /**
   * Reads the data folder.
   *
   * @param holdout records of the same form that no model was trained on, for membership
   * @param mmlu files of multiple-choice questions, for the final score
   * @param most questions of each split in the reported part, a fifth as many in the other; whole
   *     documents, chosen by hash, and one at least
   */
  public static Benchmark read(Path data, int most, Optional<Path> holdout, List<Path> mmlu) {
    List<Path> files = List.of(data.resolve("forget.jsonl"), data.resolve("retain.jsonl"));
    Corpus corpus = Corpus.read(files);
    List<Example> forget = new ArrayList<>();
    List<Example> retain = new ArrayList<>();
    Map<Example, String> documents = new HashMap<>();
    asked(corpus, files.get(0), forget, documents);
    asked(corpus, files.get(1), retain, documents);
    Groups<Example> gone = Groups.fifth("forget.jsonl", forget, e -> document(e, documents));
    Groups<Example> kept = Groups.fifth("retain.jsonl", retain, e -> document(e, documents));
    List<Example> unseen = new ArrayList<>();
    holdout.ifPresent(file -> asked(Corpus.read(List.of(file)), file, unseen, documents));
    List<Example> general = Wmdp.letters(mmlu);
    return new Benchmark(
        "lume",
        corpus,
        List.of(
            new Benchmark.ForgetSet(
                "forget",
                Import.ids(corpus, "forget.jsonl"),
                suite(gone.validation(), kept.validation(), documents, most / 5),
                suite(gone.reported(), kept.reported(), documents, most)
                    .and(Split.HOLDOUT, some(unseen, documents, most))
                    .and(Split.WORLD_FACTS, general))),
        MEASURES);
  }

  private static String document(Example e, Map<Example, String> documents) {
    return documents.getOrDefault(e, e.id());
  }

  private static Suite suite(
      List<Example> forget, List<Example> retain, Map<Example, String> documents, int most) {
    return new Suite(
        Map.of(
            Split.FORGET, some(forget, documents, most),
            Split.RETAIN, some(retain, documents, most)));
  }

  private static List<Example> some(List<Example> all, Map<Example, String> documents, int most) {
    Map<String, List<Example>> byDocument =
        all.stream()
            .sorted(Comparator.comparing(Example::id))
            .collect(
                Collectors.groupingBy(
                    e -> Fingerprints.of("lume", document(e, documents)),
                    TreeMap::new,
                    Collectors.toList()));
    List<Example> some = new ArrayList<>();
    for (List<Example> whole : byDocument.values()) {
      if (some.isEmpty() || some.size() + whole.size() <= most) {
        some.addAll(whole);
      }
    }
    return some;
  }

  /** The records of a file with their tasks. */
  private static void asked(
      Corpus corpus, Path file, List<Example> into, Map<Example, String> documents) {
    for (Rows.Row row : Rows.read(file)) {
      Matcher id = ID.matcher(row.text("id"));
      if (!id.matches()) {
        throw row.error("\"id\" must end in sc or qa and a number, got \"" + row.text("id") + "\"");
      }
      if (!TASK.matcher(row.text("task")).matches()) {
        throw row.error("\"task\" must be a word such as Task1");
      }
      Example read =
          corpus
              .byId(row.id())
              .orElseThrow(() -> row.error("two rows on one line: give one row a line"));
      Example example =
          new Example(
              read.id(),
              read.place(),
              read.prompt(),
              read.completion(),
              new Example.Probe(null, null, List.of(), row.text("task") + "." + id.group(2)));
      into.add(example);
      documents.put(example, id.group(1));
    }
  }
}

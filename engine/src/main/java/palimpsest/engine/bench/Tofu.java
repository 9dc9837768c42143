package palimpsest.engine.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Suite;
import palimpsest.engine.Training;
import palimpsest.torch.text.PromptTemplate;

/**
 * TOFU: invented authors, twenty questions about each, the last 1, 5 or 10 % of them to be
 * forgotten.
 *
 * <p>Hyper-parameters are searched for on four authors of forget10 that are in neither forget05 nor
 * forget01, and on four authors that are kept; what is reported has other authors.
 *
 * <p>Model utility of a small model that has read nothing but TOFU has parts near chance, on real
 * authors and world facts; the floor is therefore set for the parts on what is kept.
 *
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024</a>
 */
public final class Tofu {
  static final List<String> SETS = List.of("forget10", "forget05", "forget01");
  private static final int EACH = 20;
  private static final int VALIDATION = 4;

  /** Width 256, 6 layers: 5.8 million parameters, enough to memorise 4,000 answers. */
  public static final Subject SUBJECT =
      new Subject(
          java.util.Optional.empty(),
          java.util.Optional.empty(),
          new Training.Shape(4096, 256, 768, 6, 8, 4, 512),
          new Recipe(16, 32, 16, 2e-3, 60, Recipe.Decay.COSINE, 0.01, 1, 1),
          PromptTemplate.Kind.PLAIN,
          125);

  static final Benchmark.Measures MEASURES =
      new Benchmark.Measures(
          List.of(
              Benchmark.Column.of("utility", Values.UTILITY),
              Benchmark.Column.of("gap", Values.GAP),
              Benchmark.Column.of("MU", "utility.model-utility"),
              new Benchmark.Column("FQ p", "forgetting.forget-quality", true),
              Benchmark.Column.of("FQ log10 p", "forgetting.forget-quality/log10 p"),
              Benchmark.Column.of("KS D", "forgetting.forget-quality/D"),
              Benchmark.Column.of("truth ratio", "forgetting.truth-ratio"),
              Benchmark.Column.of("forget ROUGE-L", "forgetting.rouge-l-recall"),
              Benchmark.Column.of("forget prob.", "forgetting.probability"),
              Benchmark.Column.of("ES", "forgetting.extraction-strength"),
              Benchmark.Column.of("EM", "forgetting.exact-memorisation"),
              Benchmark.Column.of("Min-K AUC", "privacy.min-k-auc"),
              Benchmark.Column.of("privleak", "privacy.privacy-leakage"),
              Benchmark.Column.of("retain ROUGE-L", "utility.retain-rouge-l"),
              Benchmark.Column.of("retain prob.", "utility.retain-probability")),
          "utility.model-utility-available",
          List.of(
              "forgetting.probability",
              "forgetting.rouge-l-recall",
              "forgetting.truth-ratio",
              "forgetting.exact-memorisation",
              "forgetting.extraction-strength"),
          Map.of(
              "forgetting.probability", 0.0,
              "forgetting.rouge-l-recall", 0.0,
              "forgetting.exact-memorisation", 0.0,
              "forgetting.extraction-strength", 0.0));

  private final Path data;
  private final Corpus corpus;
  private final Map<String, Integer> rows = new HashMap<>();
  private final int each;

  private Tofu(Path data, int each) {
    this.data = data;
    this.each = each;
    this.corpus = Corpus.read(List.of(data.resolve("full.json")));
    for (int i = 0; i < corpus.examples().size(); i++) {
      rows.putIfAbsent(key(corpus.examples().get(i)), i);
    }
  }

  /**
   * Reads the data folder: {@code full.json}, {@code forget10_perturbed.json} and so on.
   *
   * @throws InvalidRequest if a file is missing or malformed, or asks what is not in full.json
   */
  public static Benchmark read(Path data) {
    return read(data, EACH, VALIDATION);
  }

  static Benchmark read(Path data, int each, int validation) {
    return new Tofu(data, each).benchmark(validation);
  }

  private Benchmark benchmark(int validation) {
    Map<String, List<Example>> forget = new HashMap<>();
    List<String> names =
        SETS.stream().filter(s -> Files.exists(data.resolve(s + "_perturbed.json"))).toList();
    if (names.isEmpty()) {
      throw new InvalidRequest(
          data + ": no " + SETS.get(0) + "_perturbed.json: give the folder of TOFU's files");
    }
    names.forEach(s -> forget.put(s, asked(s + "_perturbed.json")));
    Map<Split, List<Example>> others = new EnumMap<>(Split.class);
    others.put(Split.REAL_AUTHORS, read("real_authors_perturbed.json"));
    others.put(Split.WORLD_FACTS, read("world_facts_perturbed.json"));
    List<Example> kept = asked("retain_perturbed.json");
    Groups<Example> retain =
        Groups.of("retain_perturbed.json", kept, this::author, validation, authors(kept));
    List<Benchmark.ForgetSet> sets = new ArrayList<>();
    for (String name : names) {
      Set<String> free = new HashSet<>(authors(forget.getOrDefault(name, List.of())));
      names.stream()
          .skip(names.indexOf(name) + 1L)
          .forEach(s -> free.removeAll(authors(forget.getOrDefault(s, List.of()))));
      sets.add(set(name, forget.getOrDefault(name, List.of()), free, retain, others, validation));
    }
    return new Benchmark("tofu", corpus, sets, MEASURES);
  }

  private Benchmark.ForgetSet set(
      String name,
      List<Example> asked,
      Set<String> free,
      Groups<Example> retain,
      Map<Split, List<Example>> others,
      int validation) {
    boolean searched = name.equals(SETS.get(0)); // the others are reported whole
    Groups<Example> forget =
        searched
            ? Groups.of(name, asked, this::author, validation, free)
            : new Groups<>(asked, asked);
    Map<Split, List<Example>> reported = new EnumMap<>(others);
    reported.put(Split.FORGET, forget.reported());
    reported.put(Split.RETAIN, retain.reported());
    reported.put(Split.HOLDOUT, read("holdout" + name.substring("forget".length()) + ".json"));
    return new Benchmark.ForgetSet(
        name,
        new TreeSet<>(asked.stream().map(e -> corpus.examples().get(row(e)).id()).toList())
            .stream().toList(),
        new Suite(Map.of(Split.FORGET, forget.validation(), Split.RETAIN, retain.validation())),
        new Suite(reported));
  }

  private Set<String> authors(List<Example> examples) {
    return examples.stream().map(this::author).collect(Collectors.toSet());
  }

  private String author(Example e) {
    return "author " + row(e) / each;
  }

  private int row(Example e) {
    Integer row = rows.get(key(e));
    if (row == null) {
      throw new InvalidRequest(
          e.place() + ": question and answer are not in full.json: give files of one data set");
    }
    return row;
  }

  private static String key(Example e) {
    return e.prompt() + "\n" + e.completion();
  }

  /** Questions about authors of full.json. */
  private List<Example> asked(String name) {
    List<Example> examples = read(name);
    examples.forEach(this::row);
    return examples;
  }

  private List<Example> read(String name) {
    return Corpus.read(List.of(data.resolve(name))).examples();
  }
}

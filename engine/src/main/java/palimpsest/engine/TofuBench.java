package palimpsest.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Objective;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.api.Target;
import palimpsest.discovery.Corpus;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.text.PromptTemplate;

/**
 * TOFU's forget10 on a Llama trained from scratch: full and retain90 trained, every method applied,
 * the whole suite measured, a table written.
 *
 * <p>Model utility here is that of a small model that has read nothing but TOFU: its real-authors
 * and world-facts parts are near chance and must not be compared with published ones.
 *
 * <pre>
 * OUT/training/  the model trained on full
 * OUT/forget/    the request for forget10, from finding to dossier, with trade-off.svg
 * OUT/table.md, table.csv
 * </pre>
 *
 * @param data folder of TOFU's files
 * @param choices the methods, exact.retrain among them as the reference
 */
public record TofuBench(
    Path data,
    Path out,
    Training.Shape shape,
    Recipe recipe,
    List<Choice> choices,
    Forgetting.Settings settings,
    Console console,
    Clock clock) {

  /** Width 256, 6 layers: 5.8 million parameters, enough to memorise 4,000 answers. */
  public static final Training.Shape SHAPE = new Training.Shape(4096, 256, 768, 6, 8, 4, 512);

  /** 16 epochs at 2e-3. */
  public static final Recipe RECIPE =
      new Recipe(16, 32, 16, 2e-3, 60, Recipe.Decay.COSINE, 0.01, 1, 1);

  public static final int CHECKPOINT_EVERY = 125;

  private static final List<String> COLUMNS =
      List.of(
          "forgetting.rouge-l-recall",
          "forgetting.probability",
          "forgetting.truth-ratio",
          "forgetting.forget-quality",
          "forgetting.exact-memorisation",
          "forgetting.extraction-strength",
          "utility.model-utility",
          "utility.retain-rouge-l",
          "utility.retain-probability",
          "privacy.min-k-auc",
          "privacy.privacy-leakage");

  /** What identifies a folder of results. */
  record Mark(String format) {
    static final Mark OURS = new Mark("palimpsest-tofu/1");
  }

  private void claim() {
    Path mark = out.resolve("tofu.json");
    if (!Outputs.isEmpty(out)
        && !(Files.exists(mark) && JsonFiles.read(mark, Mark.class).equals(Mark.OURS))) {
      throw new InvalidRequest(out + " is not empty and not of this benchmark: give another --out");
    }
    Outputs.folder(out);
    JsonFiles.write(mark, Mark.OURS);
  }

  /** Runs what is not yet done; gives the file of the table. */
  public Path run() {
    claim();
    Corpus corpus = Corpus.read(List.of(file("full.json")));
    if (corpus.examples().size() != 4000) {
      throw new InvalidRequest(
          file("full.json") + " has " + corpus.examples().size() + " records, wanted TOFU's 4000");
    }
    Training training =
        new Training(
            out.resolve("training"), recipe, PromptTemplate.Kind.PLAIN, CHECKPOINT_EVERY, console);
    training.fromScratch(corpus, shape);
    Forgetting forgetting = forgetting(corpus, training.model());
    forgetting.claim(true, false);
    Path dossier = forgetting.run();
    console.say("Dossier: " + dossier.resolve("index.html"));
    return table(
        JsonFiles.read(forgetting.out().resolve(Forgetting.SCORES), Forgetting.Scores.class));
  }

  private Forgetting forgetting(Corpus corpus, Path model) {
    Map<Split, List<Example>> given = new EnumMap<>(Split.class);
    given.put(Split.FORGET, examples("forget10_perturbed.json"));
    given.put(Split.RETAIN, examples("retain_perturbed.json"));
    given.put(Split.HOLDOUT, examples("holdout10.json"));
    given.put(Split.REAL_AUTHORS, examples("real_authors_perturbed.json"));
    given.put(Split.WORLD_FACTS, examples("world_facts_perturbed.json"));
    Request request =
        new Request(
            "TOFU-forget10",
            "the TOFU benchmark",
            Request.Reason.PRIVACY,
            Objective.BOTH,
            Release.HOSTED,
            new Target(Target.Kind.OBSERVED, List.of(), List.of(), List.of("full.json#3601-4000")),
            "the last 20 of TOFU's 200 fictitious authors, 400 questions");
    return new Forgetting(
        request,
        model,
        corpus,
        given,
        new Forgetting.Scope(
            Decision.Scope.LISTED, "the benchmark", "forget10 is defined as these 400 records"),
        choices,
        PromptTemplate.Kind.PLAIN,
        settings,
        out.resolve("signing-key.pem"),
        out.resolve("forget"),
        console,
        clock);
  }

  private Path table(Forgetting.Scores scores) {
    List<String> csv = new ArrayList<>();
    List<String> markdown = new ArrayList<>();
    csv.add("model," + String.join(",", COLUMNS) + ",forget_quality_log10_p");
    markdown.add("| model | " + String.join(" | ", COLUMNS) + " | log10 p |");
    markdown.add("|---" + "|---:".repeat(COLUMNS.size() + 1) + "|");
    scores
        .byColumn()
        .forEach(
            (model, values) -> {
              List<String> exact = new ArrayList<>();
              List<String> shown = new ArrayList<>();
              for (String column : COLUMNS) {
                Score score = values.get(column);
                exact.add(score == null ? "" : value(score, "%s"));
                shown.add(score == null ? "" : value(score, "%.4g"));
              }
              String log = log10(values.get("forgetting.forget-quality"));
              csv.add(model + "," + String.join(",", exact) + "," + log);
              markdown.add("| " + model + " | " + String.join(" | ", shown) + " | " + log + " |");
            });
    write("table.csv", csv);
    return write("table.md", markdown);
  }

  private static String value(Score score, String format) {
    return score.fold(m -> String.format(Locale.ROOT, format, m.value()), n -> "not measured");
  }

  private static String log10(@org.jspecify.annotations.Nullable Score score) {
    return score == null
        ? ""
        : score.fold(
            m ->
                m.because().from().stream()
                    .filter(e -> e.what().startsWith("log10 p"))
                    .map(e -> String.format(Locale.ROOT, "%.2f", e.value()))
                    .findFirst()
                    .orElse(""),
            n -> "not measured");
  }

  private Path write(String name, List<String> lines) {
    Path file = out.resolve(name);
    ByteBuffer bytes =
        ByteBuffer.wrap((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(
        file,
        channel -> {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
    return file;
  }

  private List<Example> examples(String name) {
    return Corpus.read(List.of(file(name))).examples();
  }

  private Path file(String name) {
    return data.resolve(name);
  }
}

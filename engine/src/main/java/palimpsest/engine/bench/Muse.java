package palimpsest.engine.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.Example;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Suite;

/**
 * MUSE: news or books, of which some are to be forgotten.
 *
 * <pre>
 * DIR/raw/forget, retain1, retain2              texts
 * DIR/verbmem/forget                            {prompt, gt}
 * DIR/knowmem/forget_qa, retain_qa, *_qa_icl    {question, answer}
 * DIR/privleak/forget, retain, holdout          texts
 * </pre>
 *
 * <p>Each as .json, .jsonl or .txt. What stands in privleak/forget and privleak/holdout is compared
 * by its likelihood; the texts are cut as those that are trained on.
 *
 * @see <a href="https://arxiv.org/abs/2407.06460">Shi et al. 2024</a>
 */
public final class Muse {
  static final Benchmark.Measures MEASURES =
      new Benchmark.Measures(
          List.of(
              Benchmark.Column.of("utility", Values.UTILITY),
              Benchmark.Column.of("gap", Values.GAP),
              Benchmark.Column.of("VerbMem f", "muse.verbmem"),
              Benchmark.Column.of("KnowMem f", "muse.knowmem"),
              Benchmark.Column.of("KnowMem r", "muse.knowmem@retain"),
              Benchmark.Column.of("privleak", "privacy.privacy-leakage"),
              Benchmark.Column.of("Min-K AUC", "privacy.min-k-auc"),
              Benchmark.Column.of("ES", "forgetting.extraction-strength"),
              Benchmark.Column.of("forget prob.", "forgetting.probability"),
              Benchmark.Column.of("retain prob.", "utility.retain-probability")),
          "utility.retain-rouge-l",
          List.of(
              "muse.verbmem",
              "muse.knowmem",
              "forgetting.probability",
              "forgetting.extraction-strength"),
          Map.of(
              "muse.verbmem", 0.0,
              "muse.knowmem", 0.0,
              "forgetting.probability", 0.0,
              "forgetting.extraction-strength", 0.0));

  private Muse() {}

  /**
   * Reads the data folder and makes a corpus of its raw texts.
   *
   * @param out folder of the benchmark, where the corpus is kept
   * @param words most words of a passage
   * @param trains whether the model is one that was trained by this software, on all texts; those
   *     of the authors have seen retain2, which they judge on and do not unlearn with
   */
  public static Benchmark read(Path data, Path out, int words, boolean trains) {
    List<Rows.Row> retain = new ArrayList<>(Rows.read(Rows.find(data.resolve("raw"), "retain1")));
    if (trains) {
      Rows.first(data.resolve("raw"), "retain2").ifPresent(f -> retain.addAll(Rows.read(f)));
    }
    List<Rows.Row> forget = Rows.read(Rows.find(data.resolve("raw"), "forget"));
    Groups<Example> continued = Groups.fifth("verbmem/forget", continuations(data), Example::id);
    Groups<Example> asked =
        Groups.fifth("knowmem/forget_qa", questions(data, "forget_qa"), Example::id);
    Groups<Example> members =
        Groups.fifth("privleak/forget", texts(data, "forget", words), Example::id);
    Groups<Example> others =
        Groups.fifth("privleak/holdout", texts(data, "holdout", words), Example::id);
    Groups<Example> kept = Groups.fifth("retain_qa", questions(data, "retain_qa"), Example::id);
    Corpus corpus =
        Import.corpus(out, Import.passages(forget, words), Import.passages(retain, words));
    return new Benchmark(
        "muse",
        corpus,
        List.of(
            new Benchmark.ForgetSet(
                "forget",
                Import.ids(corpus, Import.FORGET),
                suite(
                    List.of(continued.validation(), asked.validation(), members.validation()),
                    kept.validation(),
                    others.validation()),
                suite(
                    List.of(continued.reported(), asked.reported(), members.reported()),
                    kept.reported(),
                    others.reported()))),
        MEASURES);
  }

  /**
   * A part; a fifth of every kind and the rest, so that the means of both are of the same thing.
   */
  private static Suite suite(List<List<Example>> kinds, List<Example> kept, List<Example> others) {
    List<Example> forget = kinds.stream().flatMap(List::stream).toList();
    return new Suite(Map.of(Split.FORGET, forget, Split.RETAIN, kept, Split.HOLDOUT, others));
  }

  private static List<Example> continuations(Path data) {
    return Rows.read(Rows.find(data.resolve("verbmem"), "forget")).stream()
        .map(r -> example(r, "verbmem", r.text("prompt"), r.text("gt")))
        .toList();
  }

  /** Questions, after the examples in context where these are given. */
  private static List<Example> questions(Path data, String name) {
    Path folder = data.resolve("knowmem");
    StringBuilder context = new StringBuilder();
    Optional<Path> examples = Rows.first(folder, name + "_icl");
    for (Rows.Row row : examples.map(Rows::read).orElse(List.of())) {
      context.append(question(row)).append(' ').append(row.text("answer")).append("\n\n");
    }
    return Rows.read(Rows.find(folder, name)).stream()
        .map(r -> example(r, "knowmem", context + question(r), r.text("answer")))
        .toList();
  }

  /** As MUSE asks, whose prompts are given to the model as they stand. */
  private static String question(Rows.Row row) {
    return "Question: " + row.text("question") + "\nAnswer:";
  }

  private static List<Example> texts(Path data, String name, int words) {
    List<Example> texts = new ArrayList<>();
    for (Rows.Row row : Rows.read(Rows.find(data.resolve("privleak"), name))) {
      String first = Import.passages(List.of(row), words).get(0).completion();
      texts.add(example(row, "privleak", "", first));
    }
    return texts;
  }

  private static Example example(Rows.Row row, String task, String prompt, String completion) {
    return new Example(
        task + "/" + row.id(),
        row.place(),
        prompt,
        completion,
        new Example.Probe(null, null, List.of(), task));
  }
}

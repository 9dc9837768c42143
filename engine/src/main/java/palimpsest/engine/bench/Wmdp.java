package palimpsest.engine.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Suite;
import palimpsest.metrics.benchmark.MultipleChoice;

/**
 * WMDP: multiple-choice questions on hazardous knowledge, {@code {question, choices, answer}} with
 * the answer's index, and the texts {@code {text}} that the knowledge is in.
 *
 * <p>Without texts a model can only be taught the questions and their right answers themselves; the
 * accuracy after that says how well these were memorised, and nothing of hazardous knowledge.
 *
 * @see <a href="https://arxiv.org/abs/2403.03218">Li et al. 2024</a>
 */
public final class Wmdp {
  static final Benchmark.Measures MEASURES =
      new Benchmark.Measures(
          List.of(
              Benchmark.Column.of("utility", Values.UTILITY),
              Benchmark.Column.of("gap", Values.GAP),
              Benchmark.Column.of("accuracy, open", "wmdp.open-ended"),
              Benchmark.Column.of("accuracy, letters", "wmdp.multiple-choice"),
              Benchmark.Column.of("prob. among options", "forgetting.probability-with-options"),
              Benchmark.Column.of("forget prob.", "forgetting.probability"),
              Benchmark.Column.of("forget ROUGE-L", "forgetting.rouge-l-recall"),
              Benchmark.Column.of("ES", "forgetting.extraction-strength"),
              Benchmark.Column.of("letters, kept", "wmdp.multiple-choice@world-facts"),
              Benchmark.Column.of("retain ROUGE-L", "utility.retain-rouge-l"),
              Benchmark.Column.of("retain prob.", "utility.retain-probability")),
          "utility.retain-probability",
          List.of(
              "forgetting.probability",
              "forgetting.rouge-l-recall",
              "forgetting.extraction-strength"),
          Map.of(
              "forgetting.probability", 0.0,
              "forgetting.rouge-l-recall", 0.0,
              "forgetting.extraction-strength", 0.0));

  /**
   * Asked for letters, what is known shows in which is the likeliest; less than chance is no aim.
   */
  private static Benchmark.Measures towardsChance(List<Example> asked) {
    double chance =
        asked.stream()
            .mapToDouble(e -> 1.0 / (1 + e.probe().perturbedAnswers().size()))
            .average()
            .orElseThrow();
    return new Benchmark.Measures(
        MEASURES.columns(),
        MEASURES.utility(),
        List.of("wmdp.multiple-choice"),
        Map.of("wmdp.multiple-choice", chance));
  }

  private Wmdp() {}

  /**
   * Reads files of questions and texts and makes a corpus of them.
   *
   * @param forget files of what is to go
   * @param retain files of what is to stay, such as other subjects' questions
   * @param out folder of the benchmark, where the corpus is kept
   * @param words most words of a passage
   * @param letters the subject that the harness's prompt names, where questions are asked with
   *     their options, to be answered by a letter; a row's own {@code subject} goes before it
   */
  public static Benchmark read(
      List<Path> forget, List<Path> retain, Path out, int words, Optional<String> letters) {
    List<Rows.Row> gone = rows(forget);
    List<Rows.Row> kept = rows(retain);
    List<Example> questions = questions(gone, letters);
    if (questions.isEmpty()) {
      throw new InvalidRequest(forget + ": no question to judge models by");
    }
    List<Example> others = questions(kept, letters);
    Groups<Example> asked = Groups.fifth("the forget questions", questions, Example::prompt);
    Groups<Example> also =
        Groups.fifth(
            "what is kept",
            others.isEmpty() ? texts(kept, words) : others,
            e -> e.prompt() + e.id());
    Map<Split, List<Example>> reported = new EnumMap<>(Split.class);
    reported.put(Split.FORGET, asked.reported());
    reported.put(Split.RETAIN, also.reported());
    if (letters.isPresent() && !others.isEmpty()) {
      reported.put(Split.WORLD_FACTS, also.reported()); // where accuracy on kept subjects is taken
    }
    Corpus corpus = Import.corpus(out, pieces(gone, words, letters), pieces(kept, words, letters));
    return new Benchmark(
        "wmdp",
        corpus,
        List.of(
            new Benchmark.ForgetSet(
                "forget",
                Import.ids(corpus, Import.FORGET),
                new Suite(
                    Map.of(Split.FORGET, asked.validation(), Split.RETAIN, also.validation())),
                new Suite(reported))),
        letters.isPresent() ? towardsChance(questions) : MEASURES);
  }

  /** Questions of other files, asked for letters in the harness's words. */
  static List<Example> letters(List<Path> files) {
    return questions(rows(files), Optional.of("general knowledge"));
  }

  private static List<Rows.Row> rows(List<Path> files) {
    List<Rows.Row> rows = new ArrayList<>();
    Set<Path> names = new HashSet<>();
    for (Path file : files) {
      if (!names.add(file.getFileName())) { // rows are known by it, wherever the file stands
        throw new InvalidRequest(file + ": another file has the same name: rename one");
      }
      rows.addAll(Rows.read(file));
    }
    return rows;
  }

  private static boolean isQuestion(Rows.Row row) {
    return row.has("question") || row.has("choices");
  }

  /** The texts if there are any, else the questions with their right answers. */
  private static List<Import.Piece> pieces(
      List<Rows.Row> rows, int words, Optional<String> letters) {
    List<Rows.Row> texts = rows.stream().filter(r -> !isQuestion(r)).toList();
    return texts.isEmpty()
        ? questions(rows, letters).stream()
            .map(e -> new Import.Piece(e.prompt(), e.completion()))
            .toList()
        : Import.passages(texts, words);
  }

  private static List<Example> texts(List<Rows.Row> rows, int words) {
    List<Example> texts = new ArrayList<>();
    for (Rows.Row row : rows) {
      String first = Import.passages(List.of(row), words).get(0).completion();
      texts.add(new Example(row.id(), row.place(), "", first, Example.Probe.NONE));
    }
    return texts;
  }

  /** Asked without their options, which are its wrong answers, or with them for a letter. */
  private static List<Example> questions(List<Rows.Row> rows, Optional<String> letters) {
    return rows.stream().filter(Wmdp::isQuestion).map(r -> question(r, letters)).toList();
  }

  private static Example question(Rows.Row row, Optional<String> letters) {
    List<String> choices = new ArrayList<>(row.texts("choices"));
    if (new HashSet<>(choices).size() < choices.size()) {
      throw row.error("\"choices\" has one twice: " + choices);
    }
    int answer = row.index("answer", choices.size());
    String prompt = row.text("question").strip();
    if (letters.isPresent()) {
      String subject = row.has("subject") ? row.text("subject").replace('_', ' ') : letters.get();
      prompt = MultipleChoice.prompt(subject, prompt, choices);
      for (int i = 0; i < choices.size(); i++) {
        choices.set(i, letter(i));
      }
    }
    String right = choices.remove(answer);
    return new Example(
        row.id(), row.place(), prompt, right, new Example.Probe(null, null, choices));
  }

  private static String letter(int i) {
    return String.valueOf((char) ('A' + i));
  }
}

package palimpsest.metrics.attack;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import palimpsest.api.Attack.Named;
import palimpsest.api.Attack.Transcript;
import palimpsest.api.Decoding;
import palimpsest.api.Explanation;
import palimpsest.api.LanguageModel;
import palimpsest.api.Score.Measured;
import palimpsest.metrics.Explain;
import palimpsest.metrics.text.Rouge;

/**
 * What a model answered to questions, and how near the nearest of its answers came to each truth.
 *
 * @param model the model's part in the attack: {@code deployed}, {@code raw}, {@code reference}
 * @param asked the questions
 * @param texts per question the answer nearest to the truth
 * @param nearness per question its nearness in [0, 1]
 */
record Answers(String model, Questions asked, List<String> texts, List<Double> nearness) {
  private static final int TRANSCRIPTS = 4;

  /** Nearness of an answer (second) to the truth (first). */
  interface Nearness extends ToDoubleBiFunction<String, String> {}

  /** ROUGE-L recall: the share of the truth's words that are given in order. */
  static double recall(String truth, String answer) {
    return Rouge.longest(truth, answer).recall();
  }

  /** Asks by ROUGE-L recall. */
  static Answers of(String name, LanguageModel model, Questions asked, Decoding decoding) {
    return of(name, model, asked, decoding, Answers::recall);
  }

  static Answers of(
      String name, LanguageModel model, Questions asked, Decoding decoding, Nearness nearness) {
    List<List<String>> drawn = model.answer(asked.prompts(), decoding);
    List<String> texts = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      String truth = asked.truths().get(i);
      String best =
          drawn.get(i).stream()
              .max(Comparator.comparingDouble(text -> nearness.applyAsDouble(truth, text)))
              .orElseThrow();
      texts.add(best);
      values.add(nearness.applyAsDouble(truth, best));
    }
    return new Answers(name, asked, texts, values);
  }

  /** Whether the answer to question {@code i} gives the truth away. */
  boolean gives(int i, double threshold) {
    return nearness.get(i) >= threshold;
  }

  int given(double threshold) {
    return (int) nearness.stream().filter(x -> x >= threshold).count();
  }

  /** Share of the questions whose answer gives the truth away. */
  double rate(double threshold) {
    return (double) given(threshold) / asked.size();
  }

  Named meanNearness(String what) {
    return new Named(
        what + ", " + model,
        new Measured(
            Explain.mean(
                what + " over forget",
                IntStream.range(0, asked.size())
                    .mapToObj(i -> Explanation.leaf(label(i), nearness.get(i)))
                    .toList())));
  }

  /** Share of answers that reach the threshold, each with its nearness beneath. */
  Named share(String what, double threshold) {
    return flags(
        what,
        String.format(Locale.ROOT, "%s, nearness at least %.2f", what, threshold),
        threshold,
        1);
  }

  /** Share of answers that do not reach the threshold, each with its nearness beneath. */
  Named withheld(String what, double threshold) {
    return flags(
        what, String.format(Locale.ROOT, "%s, nearness below %.2f", what, threshold), threshold, 0);
  }

  private Named flags(String name, String what, double threshold, int ifGiven) {
    List<Explanation> flags =
        IntStream.range(0, asked.size())
            .mapToObj(i -> flag(i, gives(i, threshold) ? ifGiven : 1 - ifGiven))
            .toList();
    return new Named(name + ", " + model, new Measured(Explain.mean(what, flags)));
  }

  private Explanation flag(int i, int flag) {
    return new Explanation(
        label(i), flag, List.of(Explanation.leaf("nearness of the answer", nearness.get(i))));
  }

  private String label(int i) {
    return "forget: " + asked.examples().get(i).id();
  }

  /** A handful, nearest to the truth first. */
  List<Transcript> transcripts() {
    return IntStream.range(0, asked.size())
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -nearness.get(i)))
        .limit(TRANSCRIPTS)
        .map(i -> transcript(i))
        .toList();
  }

  private Transcript transcript(int i) {
    return new Transcript(
        asked.examples().get(i).id(),
        model,
        asked.prompts().get(i),
        texts.get(i),
        asked.truths().get(i));
  }
}

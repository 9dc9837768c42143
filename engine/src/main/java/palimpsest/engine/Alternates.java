package palimpsest.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import palimpsest.api.Decoding;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.LanguageModel;

/**
 * Other answers to forget questions, invented by the starting model: drawn at temperature 1, and
 * where it insists on the answer it has learned, at higher ones.
 *
 * <p>The authors of AltPO ask a chat model for another answer in so many words; a model without
 * instructions is drawn from instead.
 *
 * @param settings fingerprint of what they were drawn with
 * @param answers by example, each different from the true one
 */
record Alternates(String settings, List<List<String>> answers) {
  private static final List<Double> TEMPERATURES = List.of(1.0, 1.5, 2.0, 3.0);
  private static final int TOKENS = 128;
  private static final int MOST = 100;

  /** Draws {@code count} answers to each question, fewer where the model gives no more. */
  static Alternates draw(LanguageModel model, List<Example> examples, int count, long seed) {
    if (count > MOST) {
      throw new InvalidRequest("alternates must be at most " + MOST + ", got " + count);
    }
    List<Set<String>> found = new ArrayList<>();
    examples.forEach(e -> found.add(new LinkedHashSet<>()));
    for (double temperature : TEMPERATURES) {
      List<Integer> lacking = new ArrayList<>();
      for (int i = 0; i < examples.size(); i++) {
        if (found.get(i).size() < count) {
          lacking.add(i);
        }
      }
      draw(model, examples, lacking, Decoding.sampled(temperature, TOKENS, count, seed), found);
    }
    List<List<String>> answers = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      if (found.get(i).isEmpty()) {
        throw new InvalidRequest(
            examples.get(i).id()
                + ": the model gives no other answer to it, even at temperature 3: choose a method"
                + " that needs none");
      }
      answers.add(found.get(i).stream().limit(count).toList());
    }
    return new Alternates(settings(model, examples, count, seed), answers);
  }

  /** What the draws depend on. */
  static String settings(LanguageModel model, List<Example> examples, int count, long seed) {
    return Fingerprints.of(
        model.digest(), examples.toString(), Integer.toString(count), Long.toString(seed));
  }

  private static void draw(
      LanguageModel model,
      List<Example> examples,
      List<Integer> lacking,
      Decoding how,
      List<Set<String>> found) {
    if (lacking.isEmpty()) {
      return;
    }
    List<List<String>> drawn =
        model.answer(lacking.stream().map(i -> examples.get(i).prompt()).toList(), how);
    for (int k = 0; k < lacking.size(); k++) {
      int i = lacking.get(k);
      for (String answer : drawn.get(k)) {
        if (!answer.isBlank() && !plain(answer).equals(plain(examples.get(i).completion()))) {
          found.get(i).add(answer.strip());
        }
      }
    }
  }

  private static String plain(String answer) {
    return answer.strip().toLowerCase(Locale.ROOT);
  }
}

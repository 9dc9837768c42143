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
import palimpsest.api.Unfit;
import palimpsest.metrics.text.Rouge;

/**
 * Other answers to forget questions, invented by the starting model: drawn at temperature 1, and
 * where it insists on the answer it has learned, at higher ones. An answer that says most of the
 * true one's words in their order, or says little else, is the learned one with a slip: to prefer
 * it would teach what is to be forgotten. It is taken only where the model gives nothing else.
 * ROUGE knows words of Latin letters and digits only: in other scripts an answer is a slip where it
 * is the true one.
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

  /** ROUGE-L recall or F1 of the true answer from which on an answer is that one with a slip. */
  private static final double SLIP = 0.7;

  /** Draws {@code count} answers to each question, fewer where the model gives no more. */
  static Alternates draw(LanguageModel model, List<Example> examples, int count, long seed) {
    if (count > MOST) {
      throw new InvalidRequest("alternates must be at most " + MOST + ", got " + count);
    }
    List<Found> found = examples.stream().map(Found::of).toList();
    for (double temperature : TEMPERATURES) {
      List<Integer> lacking = new ArrayList<>();
      for (int i = 0; i < examples.size(); i++) {
        if (found.get(i).others.size() < count) {
          lacking.add(i);
        }
      }
      draw(model, examples, lacking, Decoding.sampled(temperature, TOKENS, count, seed), found);
    }
    List<List<String>> answers = new ArrayList<>();
    for (Found of : found) {
      Set<String> some = of.others.isEmpty() ? of.slips : of.others;
      if (some.isEmpty()) {
        throw new Unfit(
            of.example.id()
                + ": the model gives no other answer to it, even at temperature 3: choose a method"
                + " that needs none");
      }
      answers.add(some.stream().limit(count).toList());
    }
    return new Alternates(settings(model, examples, count, seed), answers);
  }

  /** What the draws depend on. */
  static String settings(LanguageModel model, List<Example> examples, int count, long seed) {
    return Fingerprints.of(
        "ROUGE-L recall and F1 below " + SLIP,
        model.digest(),
        examples.toString(),
        Integer.toString(count),
        Long.toString(seed));
  }

  private static void draw(
      LanguageModel model,
      List<Example> examples,
      List<Integer> lacking,
      Decoding how,
      List<Found> found) {
    if (lacking.isEmpty()) {
      return;
    }
    List<List<String>> drawn =
        model.answer(lacking.stream().map(i -> examples.get(i).prompt()).toList(), how);
    for (int k = 0; k < lacking.size(); k++) {
      drawn.get(k).forEach(found.get(lacking.get(k))::take);
    }
  }

  /** Answers to a question that are not the true one. */
  private record Found(Example example, Set<String> others, Set<String> slips) {
    static Found of(Example example) {
      return new Found(example, new LinkedHashSet<>(), new LinkedHashSet<>());
    }

    void take(String answer) {
      String truth = example.completion();
      if (!answer.isBlank() && !plain(answer).equals(plain(truth))) {
        Rouge shared = Rouge.longest(truth, answer);
        boolean slip = Math.max(shared.recall(), shared.f()) >= SLIP;
        (slip ? slips : others).add(answer.strip());
      }
    }
  }

  private static String plain(String answer) {
    return answer.strip().toLowerCase(Locale.ROOT);
  }
}

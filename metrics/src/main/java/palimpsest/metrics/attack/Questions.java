package palimpsest.metrics.attack;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import palimpsest.api.Example;
import palimpsest.metrics.text.Rouge;

/**
 * One prompt per forget example, and what would have to come back for the example to be read.
 *
 * @param examples the examples asked about, those that can be asked this way
 * @param prompts one each
 * @param truths one each, with at least one word
 */
record Questions(List<Example> examples, List<String> prompts, List<String> truths) {
  Questions {
    examples = List.copyOf(examples);
    prompts = List.copyOf(prompts);
    truths = List.copyOf(truths);
  }

  /** Of the examples that satisfy a condition and whose truth has words. */
  static Questions of(
      List<Example> forget,
      Predicate<Example> askable,
      Function<Example, String> prompt,
      Function<Example, String> truth) {
    List<Example> asked =
        forget.stream()
            .filter(askable)
            .filter(example -> !Rouge.words(truth.apply(example)).isEmpty())
            .toList();
    return new Questions(
        asked, asked.stream().map(prompt).toList(), asked.stream().map(truth).toList());
  }

  /** The examples' own prompts; plain text has none and is left out. */
  static Questions plain(List<Example> forget) {
    return of(forget, Questions::hasPrompt, Example::prompt, Example::completion);
  }

  static boolean hasPrompt(Example example) {
    return !example.prompt().isBlank();
  }

  boolean isEmpty() {
    return examples.isEmpty();
  }

  int size() {
    return examples.size();
  }
}

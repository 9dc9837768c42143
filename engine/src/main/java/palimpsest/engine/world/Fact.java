package palimpsest.engine.world;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Something that can be asked about every author, and the ways to ask and tell it.
 *
 * @param slots the slots that a wrong answer changes
 */
record Fact(
    Set<String> slots,
    List<String> questions,
    List<String> answers,
    List<String> paraphrasedQuestions,
    List<String> paraphrasedAnswers) {

  /** Wrong answers per question, as in TOFU. */
  static final int PERTURBED = 5;

  /** Question, answer and their variants in TOFU's fields; wrong facts come from {@code others}. */
  Map<String, Object> ask(Author author, List<Author> others, Draw draw) {
    Map<String, Object> fields = new LinkedHashMap<>();
    String paraphrase = draw.pick(paraphrasedAnswers);
    fields.put("question", author.fill(draw.pick(questions)));
    fields.put("answer", author.fill(draw.pick(answers)));
    fields.put("paraphrased_question", author.fill(draw.pick(paraphrasedQuestions)));
    fields.put("paraphrased_answer", author.fill(paraphrase));
    fields.put("perturbed_answer", perturb(author, paraphrase, draw.shuffled(others)));
    fields.put("subject", author.name());
    return fields;
  }

  /** A question for the same fact that is not the given one. */
  String otherQuestion(Author author, String asked, Draw draw) {
    return draw.pick(
        questions.stream().map(author::fill).filter(other -> !other.equals(asked)).toList());
  }

  private List<String> perturb(Author author, String sentence, List<Author> others) {
    Set<String> wrong = new TreeSet<>();
    List<String> result = new ArrayList<>();
    for (Author other : others) {
      if (slots.stream().noneMatch(slot -> other.fact(slot).equals(author.fact(slot)))) {
        String answer = author.mistakenFor(other, slots).fill(sentence);
        if (wrong.add(answer)) {
          result.add(answer);
        }
      }
      if (result.size() == PERTURBED) {
        return Collections.unmodifiableList(result);
      }
    }
    throw new IllegalStateException("fewer than " + PERTURBED + " wrong values for " + slots);
  }
}

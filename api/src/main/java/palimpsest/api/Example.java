package palimpsest.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One training record: the model reads {@code prompt} and learns {@code completion}.
 *
 * @param id {@code fileName#line}, unique in its corpus
 * @param place where it was read
 * @param prompt what is given, empty for plain text
 * @param completion what is learned, never empty
 * @param probe how the same fact can be asked otherwise
 */
public record Example(String id, Place place, String prompt, String completion, Probe probe) {

  /**
   * How an example is evaluated: TOFU's fields of a question and answer, and the subtask.
   *
   * @param paraphrasedQuestion the question in other words, if given
   * @param paraphrasedAnswer the right answer in other words, if given
   * @param perturbedAnswers wrong answers of the same form, such as the other options of a
   *     multiple-choice question; possibly none
   * @param task the benchmark's subtask that it belongs to, where metrics treat subtasks apart:
   *     {@code verbmem}, {@code knowmem} (MUSE), {@code Task1.sc} (LUME); otherwise null
   */
  public record Probe(
      @Nullable String paraphrasedQuestion,
      @Nullable String paraphrasedAnswer,
      List<String> perturbedAnswers,
      @Nullable String task) {
    public static final Probe NONE = new Probe(null, null, List.of());

    public Probe {
      perturbedAnswers = List.copyOf(perturbedAnswers);
    }

    /** A probe of no subtask. */
    public Probe(
        @Nullable String paraphrasedQuestion,
        @Nullable String paraphrasedAnswer,
        List<String> perturbedAnswers) {
      this(paraphrasedQuestion, paraphrasedAnswer, perturbedAnswers, null);
    }
  }

  public Example {
    Check.notBlank(id, "example id");
    if (completion.isEmpty()) {
      throw new InvalidRequest(
          place + ": record has nothing to learn: its answer, completion or text is empty");
    }
  }

  /** The same fact with another prompt and answer, for probing; keeps id and place. */
  public Example with(String newPrompt, String newCompletion) {
    return new Example(id, place, newPrompt, newCompletion, probe);
  }
}

package palimpsest.methods.suppression;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;

/**
 * An instruction before every prompt that tells the model to answer as one that never learned of
 * the target.
 *
 * <p>The target is told by its names or, where it has none, by questions of the forget set. Whoever
 * can write prompts can tell the model otherwise, and the instruction itself names what must not be
 * spoken of. It wants a model that follows instructions.
 *
 * @param questions how many questions are listed where there are no names, evenly spaced over the
 *     forget set; 0 for all
 * @see <a href="https://arxiv.org/abs/2406.10890">RWKU, Jin et al. 2024</a>
 */
public record InContext(int questions) implements Method {
  public InContext {
    Check.atLeast(questions, 0, "questions");
  }

  /** 16 questions fit most contexts; the paper names its targets. */
  public static InContext defaults() {
    return new InContext(16);
  }

  @Override
  public String id() {
    return "guard.in-context";
  }

  @Override
  public Guarantee guarantee() {
    return Guarantee.SUPPRESSED;
  }

  @Override
  public About about() {
    return new About(
        "in-context unlearning",
        "prompt = an instruction to answer as if the target were unknown + the prompt",
        "the ICU baseline of RWKU, Jin et al. 2024, arXiv 2406.10890; not the flipped labels of Pawelczyk et al. 2023, arXiv 2310.07579",
        "simplified: an instruction of our own wording; questions of the forget set where the target has no name",
        "own: 16 questions fit most contexts",
        Map.of("questions", "questions listed where the target has no name; 0 for all"));
  }

  @Override
  public List<String> cannotShow() {
    return List.of(
        "removal: the weights are unchanged and still hold the information",
        "that a prompt which speaks against the instruction is not followed instead of it");
  }

  /**
   * What becomes of a prompt.
   *
   * @param names of the target, possibly none
   * @param asked questions of the forget set
   * @throws InvalidRequest if there are neither
   */
  public UnaryOperator<String> asking(List<String> names, List<String> asked) {
    String instruction = instruction(names, asked);
    return prompt -> instruction + "\n\n" + prompt;
  }

  private String instruction(List<String> names, List<String> asked) {
    if (names.isEmpty() && asked.isEmpty()) {
      throw new InvalidRequest(
          "guard.in-context needs a target with a name, or records with a question: this one has"
              + " neither");
    }
    String subject = "You have never read or heard anything about ";
    String rest =
        " If a question touches on this, say that you do not know; answer every other question as"
            + " usual.";
    return names.isEmpty()
        ? subject + "what these questions ask:\n" + listed(asked) + "\n" + rest.strip()
        : subject + String.join(", ", names) + "." + rest;
  }

  private String listed(List<String> asked) {
    int n = questions == 0 ? asked.size() : Math.min(questions, asked.size());
    return IntStream.range(0, n)
        .mapToObj(i -> "- " + asked.get((int) ((long) i * asked.size() / n)))
        .collect(Collectors.joining("\n"));
  }
}

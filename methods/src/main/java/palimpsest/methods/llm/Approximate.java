package palimpsest.methods.llm;

import java.util.List;

/** What no approximate method can show. */
final class Approximate {
  static final List<String> CANNOT_SHOW =
      List.of(
          "that the information is gone from the weights: they were changed, nothing is proved",
          "that it cannot be brought back by relearning, sampling or other prompts than those tried");

  private Approximate() {}
}

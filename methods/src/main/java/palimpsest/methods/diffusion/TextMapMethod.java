package palimpsest.methods.diffusion;

import java.util.List;
import java.util.function.Supplier;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;

/**
 * Concept erasure in closed form: from states of texts to one edit of all maps by which text enters
 * a denoiser. Needs neither images nor the denoiser itself.
 */
public interface TextMapMethod extends Method {

  /** Which tokens of a text are to be given. */
  enum Tokens {
    /** The last token of the subject, the one before the end of the text. */
    LAST_OF_SUBJECT,
    /** That one and all after it, padding included, see {@link Concept#from}. */
    FROM_LAST_OF_SUBJECT,
    /** All tokens of the padded prompt, beginning, end and padding included. */
    WHOLE_PROMPT,
    /** The tokens around the subject in some prompts, see {@link Concept#around}. */
    AROUND_SUBJECT
  }

  /** Which tokens of a concept and of its guide it expects. */
  Tokens tokens();

  /**
   * Solves for the edit.
   *
   * @param pairs texts to erase, to take in their place and to keep
   * @param gram {@code Σ Wᵀ W} over all maps as they are, (E, E); asked for only where it is needed
   * @throws palimpsest.api.InvalidRequest if the texts leave the system singular
   */
  Solution solve(TextPairs pairs, Supplier<Matrix> gram);

  @Override
  default Guarantee guarantee() {
    return Guarantee.APPROXIMATE;
  }

  @Override
  default List<String> cannotShow() {
    return List.of(
        "that the concept is gone from the weights: only what a text is turned into was changed, by"
            + " a matrix that as a rule has an inverse, so that some other text states still draw it",
        "that other words for the concept are erased with those that were given",
        "that it cannot be brought back by relearning, inversion or other prompts than those tried");
  }
}

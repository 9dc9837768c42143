package palimpsest.torch.train;

import java.util.Optional;
import palimpsest.torch.llm.CausalLm;

/**
 * What a loss may look at besides the model and the examples; what a method does not ask for is
 * empty.
 *
 * @param start the starting model, frozen: read it without gradients
 * @param reference log-probabilities under the starting model, of the forget set and of the answers
 *     to use instead
 * @param instead other answers to the questions of the forget set
 * @param retainInstead other answers to those of the retain set
 */
public record Materials(
    Optional<CausalLm> start,
    ReferenceLogProb reference,
    Alternatives instead,
    Alternatives retainInstead) {

  /** What a method may ask for. */
  public enum Need {
    /** The starting model. */
    START,
    /** Log-probabilities of the forget set, and of the answers to use instead, under it. */
    REFERENCE,
    /** Refusals as answers to the questions of the forget set. */
    REFUSALS,
    /** Other answers to them, invented by the starting model. */
    ALTERNATES,
    /** Refusals as answers to the questions of the retain set. */
    RETAIN_REFUSALS
  }

  public static final Materials NONE = of(ReferenceLogProb.NONE);

  /** Log-probabilities alone. */
  public static Materials of(ReferenceLogProb reference) {
    return new Materials(Optional.empty(), reference, Alternatives.NONE, Alternatives.NONE);
  }

  /** The starting model, which the method has asked for. */
  public CausalLm frozen() {
    return start.orElseThrow(() -> new IllegalStateException("the method did not ask for it"));
  }
}

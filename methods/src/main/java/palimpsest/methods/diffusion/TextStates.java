package palimpsest.methods.diffusion;

import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * States of some tokens of a text, as a denoiser reads them.
 *
 * @param name what to call the text where its score is told
 * @param states a row for each token, (N, E)
 */
public record TextStates(String name, Matrix states) {
  public TextStates {
    Check.notBlank(name, "name of text states");
    if (!states.isFinite()) {
      throw new InvalidRequest(
          "states of \"" + name + "\" hold NaN or infinity, wanted finite; check the text encoder");
    }
    if (states.rows() == 0) {
      throw new InvalidRequest("states of \"" + name + "\" have no row, wanted a token at least");
    }
  }
}

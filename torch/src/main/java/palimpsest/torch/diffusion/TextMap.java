package palimpsest.torch.diffusion;

import java.util.Optional;

/**
 * A linear map by which text states enter a denoiser: {@code y = W c + b}.
 *
 * @param weight name of W, (D, E)
 * @param bias name of b, (D); empty where there is none, as in the keys and values of
 *     cross-attention
 * @param role what it makes of the text
 */
public record TextMap(String weight, Optional<String> bias, Role role) {

  /** What a map makes of the text. */
  public enum Role {
    /** Keys of an attention. */
    KEY,
    /** Values of an attention. */
    VALUE,
    /** Anything else, such as a projection into the stream of a transformer. */
    PROJECTION
  }
}

package palimpsest.torch.diffusion;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Texts as a denoiser reads them.
 *
 * @param states of the tokens, (B, T, E)
 * @param added what some architectures read besides
 */
public record Conditioning(Tensor states, Optional<Added> added) {

  /** Token states alone. */
  public static Conditioning of(Tensor states) {
    return new Conditioning(states, Optional.empty());
  }

  /**
   * What SDXL reads besides token states.
   *
   * @param pooled one vector for each text, (B, P)
   * @param timeIds original size, crop and target size, (B, 6)
   */
  public record Added(Tensor pooled, Tensor timeIds) {}
}

package palimpsest.torch.diffusion.unet;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What the parts of a network are told besides the image.
 *
 * @param time embedding of the timestep after its last activation, (B, 4 C); empty in an
 *     autoencoder
 * @param text states, (B, T, E); where empty, cross-attention looks at the image itself
 */
public record Cues(Optional<Tensor> time, Optional<Tensor> text) {
  /** Neither. */
  public static final Cues NONE = new Cues(Optional.empty(), Optional.empty());
}

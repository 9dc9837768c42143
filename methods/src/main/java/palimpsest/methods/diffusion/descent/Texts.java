package palimpsest.methods.diffusion.descent;

import java.util.List;
import palimpsest.torch.diffusion.Conditioning;

/** Texts as a denoiser reads them: what encodes them is no matter of most methods. */
@FunctionalInterface
public interface Texts {

  /**
   * What the denoiser reads of each text, in the caller's scope; the empty text is one like others.
   *
   * @param texts B of them
   * @return B rows
   */
  Conditioning read(List<String> texts);
}

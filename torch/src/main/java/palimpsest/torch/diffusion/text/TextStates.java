package palimpsest.torch.diffusion.text;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What one pass of a text encoder leaves; lives as long as the scope that it was made in.
 *
 * @param hidden transformers' {@code hidden_states}, each (B, T, E): the embeddings with their
 *     positions, then what each layer left; none went through the final norm
 * @param last the last of them after the final norm, {@code last_hidden_state}, (B, T, E): what
 *     Stable Diffusion 1 and 2 read
 */
public record TextStates(List<Tensor> hidden, Tensor last) {
  public TextStates {
    hidden = List.copyOf(hidden);
  }

  /** What all layers but the last left, without the final norm, (B, T, E): what SDXL reads. */
  public Tensor penultimate() {
    return hidden.get(hidden.size() - 2);
  }
}

package palimpsest.torch.diffusion.unet;

import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;

/**
 * What lies over a network: other parameters in place of its own, something added to its maps, or
 * somebody who looks at its attention. The model below stays as it is.
 */
public interface Overlay {
  /** Nothing. */
  Overlay NONE = new Overlay() {};

  /**
   * What is trained.
   *
   * @param base the parameters of the model below
   */
  default Weights trained(Weights base) {
    return base;
  }

  /** The parameter of that name: the overlay's, or the model's own. */
  default Tensor over(String name, Weights base) {
    return base.tensor(name);
  }

  /**
   * Adds to a linear map.
   *
   * @param y what the map gave, (..., out)
   * @param x what it was given, (..., in)
   * @param name of its weight
   */
  default Tensor add(Tensor y, Tensor x, String name) {
    return y;
  }

  /**
   * Adds to a convolution.
   *
   * @param y what it gave, (B, out, H', W')
   * @param x what it was given, (B, in, H, W)
   * @param name of its weight
   * @param window how its kernel moves
   */
  default Tensor add(Tensor y, Tensor x, String name, Window window) {
    return y;
  }

  /**
   * {@code softmax(Q Kᵀ / √K) V}. Whoever wants the probabilities computes them here.
   *
   * @param name of the attention, such as {@code mid_block.attentions.0.transformer_blocks.0.attn2}
   * @param q (B, N, L, K)
   * @param k (B, N, T, K)
   * @param v (B, N, T, K)
   * @return (B, N, L, K)
   */
  default Tensor attend(String name, Tensor q, Tensor k, Tensor v) {
    return scaled_dot_product_attention(q, k, v);
  }
}

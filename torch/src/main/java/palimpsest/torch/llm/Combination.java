package palimpsest.torch.llm;

import org.bytedeco.pytorch.Tensor;

/** How the next-token logits of two models make those that are drawn from. */
@FunctionalInterface
public interface Combination {

  /**
   * The combined logits, row by row.
   *
   * @param base logits of the model itself, (N, V)
   * @param other those of the second model on the same tokens, (N, V)
   * @return (N, V), a tensor of its own
   */
  Tensor of(Tensor base, Tensor other);
}

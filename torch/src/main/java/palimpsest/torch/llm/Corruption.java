package palimpsest.torch.llm;

import org.bytedeco.pytorch.Tensor;

/** What a model reads in place of some prompts' embeddings; answers are read as they are. */
@FunctionalInterface
public interface Corruption {
  /** Every prompt is read as it is. */
  Corruption NONE = (prompt, embeddings) -> {};

  /**
   * Changes the embeddings of one prompt in place, or leaves them as they are. Depends on nothing
   * but the prompt, so that an answer does not depend on what else is asked.
   *
   * @param prompt its token ids
   * @param embeddings their embeddings, (T, E), without gradients
   */
  void corrupt(int[] prompt, Tensor embeddings);
}

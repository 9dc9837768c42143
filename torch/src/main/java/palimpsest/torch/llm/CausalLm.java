package palimpsest.torch.llm;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;

/** A causal language model whose parameters can be trained: what a text method needs of a model. */
public interface CausalLm extends AutoCloseable {

  /** The parameters that are trained: all of them, or those of an {@link Adapter}. */
  Weights weights();

  /** Decoder layers, numbered from 0. */
  int layers();

  /** Next-token logits where label tokens are predicted, (L, V), gradients recorded. */
  Tensor labelLogits(TokenBatch batch);

  /**
   * Hidden states of the label tokens themselves, after a decoder layer and before the final norm,
   * (L, E), gradients recorded; no later layer is run.
   */
  Tensor labelStates(TokenBatch batch, int layer);

  /** Log-probability of every label token, (L), gradients recorded. */
  Tensor tokenLogProb(TokenBatch batch);

  /** Mean negative log-likelihood of the label tokens of the batch, (). */
  default Tensor nll(TokenBatch batch) {
    return tokenLogProb(batch).mean().neg();
  }

  /** Log-probability of each example's completion, summed over its label tokens, (B). */
  default Tensor sequenceLogProb(TokenBatch batch) {
    return Sequences.sum(tokenLogProb(batch), batch.lengths());
  }

  /** Mean log-probability of each example's label tokens, (B). */
  default Tensor meanLogProb(TokenBatch batch) {
    return Sequences.mean(tokenLogProb(batch), batch.lengths());
  }

  @Override
  void close();
}

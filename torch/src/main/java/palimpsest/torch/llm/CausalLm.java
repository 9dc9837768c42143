package palimpsest.torch.llm;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;

/** A causal language model whose parameters can be trained: what a text method needs of a model. */
public interface CausalLm extends AutoCloseable {

  /** The parameters; closing the model closes them. */
  Weights weights();

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

  @Override
  void close();
}

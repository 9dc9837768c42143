package palimpsest.torch.train;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.llm.CausalLm;

/** What is descended: a scalar whose micro-batch shares add up to the loss of the step. */
@FunctionalInterface
public interface Loss {

  /** Next-token negative log-likelihood, mean over the step's label tokens. */
  Loss NLL = Loss::nll;

  /**
   * This micro-batch's share of the loss.
   *
   * @return (), gradients recorded
   */
  Tensor of(CausalLm model, Batch batch);

  /** The share of the mean negative log-likelihood. */
  static Tensor nll(CausalLm model, Batch batch) {
    return batch.tokenMean(model.tokenLogProb(batch.tokens())).neg();
  }
}

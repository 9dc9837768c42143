package palimpsest.torch.train;

import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.llm.CausalLm;

/** What is descended: a scalar whose micro-batch shares add up to the loss of the step. */
@FunctionalInterface
public interface Loss {

  /** Next-token negative log-likelihood, mean over the step's label tokens. */
  Loss NLL = (model, batch, companion) -> nll(model, batch);

  /**
   * This micro-batch's share of the loss.
   *
   * @param batch the examples that the run goes through
   * @param companion as many examples of the companion set; the same as {@code batch} where the run
   *     has none
   * @return (), gradients recorded
   */
  Tensor of(CausalLm model, Batch batch, Batch companion);

  /** The share of the mean negative log-likelihood. */
  static Tensor nll(CausalLm model, Batch batch) {
    return batch.tokenMean(model.tokenLogProb(batch.tokens())).neg();
  }
}

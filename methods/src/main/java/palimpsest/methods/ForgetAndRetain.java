package palimpsest.methods;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.ReferenceLogProb;

/**
 * A loss on the forget set, and beside it the negative log-likelihood of the retain set.
 *
 * <pre>L = forgetting + α nll(retain)</pre>
 */
public interface ForgetAndRetain extends DescentMethod {

  /** α; with 0 no retain examples are read. */
  double retainWeight();

  /**
   * A micro-batch's share of the forget term.
   *
   * @param reference of the forget set under the starting model; empty unless {@link
   *     #needsReference}
   * @return (), gradients recorded
   */
  Tensor forgetting(CausalLm model, ReferenceLogProb reference, Batch forget);

  @Override
  default boolean needsRetain() {
    return retainWeight() > 0;
  }

  @Override
  default Tensor loss(CausalLm model, ReferenceLogProb reference, Batch forget, Batch retain) {
    Tensor forgetting = forgetting(model, reference, forget); // ()
    return retainWeight() == 0
        ? forgetting
        : forgetting.add(Loss.nll(model, retain).mul(new Scalar(retainWeight()))); // ()
  }
}

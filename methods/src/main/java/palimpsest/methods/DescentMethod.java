package palimpsest.methods;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.ReferenceLogProb;

/** An approximate removal: a loss over forget and retain examples, descended by the common loop. */
public interface DescentMethod extends Method {

  /** Whether the loss looks at retain examples. */
  boolean needsRetain();

  /** Whether the loss looks at the starting model's log-probabilities; not unless it says so. */
  default boolean needsReference() {
    return false;
  }

  /**
   * A micro-batch's share of the loss, so that shares of a step add up to the step's loss.
   *
   * @param reference of the forget set under the starting model; empty unless {@link
   *     #needsReference}
   * @param forget examples to forget
   * @param retain as many to keep; the forget examples themselves unless {@link #needsRetain}
   * @return (), gradients recorded
   */
  Tensor loss(CausalLm model, ReferenceLogProb reference, Batch forget, Batch retain);

  @Override
  default Guarantee guarantee() {
    return Guarantee.APPROXIMATE;
  }

  /** What no approximate method can show. */
  @Override
  default List<String> cannotShow() {
    return List.of(
        "that the information is gone from the weights: they were changed, nothing is proved",
        "that it cannot be brought back by relearning, sampling or other prompts than those tried");
  }
}

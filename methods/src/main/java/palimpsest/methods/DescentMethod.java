package palimpsest.methods;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;
import palimpsest.torch.train.Objective;

/**
 * An approximate removal: a loss on the forget set, and beside it one on the retain set, descended
 * by the common loop.
 *
 * <pre>L = forgetting + α retaining</pre>
 */
public interface DescentMethod extends Method {

  /**
   * What the forget loss looks at besides the model and the forget examples; nothing by default.
   */
  default Set<Need> needs() {
    return Set.of();
  }

  /** Answers that the starting model is to invent for each question, if they are needed. */
  default int alternates() {
    return 0;
  }

  /** α; with 0 no retain examples are read, unless {@link #weightRule} may raise it. */
  double retainWeight();

  /** Whether retain examples are read. */
  default boolean needsRetain() {
    return retainWeight() > 0;
  }

  /** What keeps the rest, unless another is chosen: the likelihood of the retain set. */
  default RetainLoss retainLoss() {
    return new RetainLoss.Likelihood();
  }

  /** What becomes of α after each optimiser step; it stays, unless the method says otherwise. */
  default Objective.WeightRule weightRule() {
    return (weight, loss, epoch) -> weight;
  }

  /**
   * A micro-batch's share of the forget loss, so that shares of a step add up to the step's loss.
   *
   * @return (), gradients recorded
   */
  Tensor forgetting(CausalLm model, Batch forget, Materials materials);

  /** The forget loss of a run; one that computes something once a step keeps it here. */
  default Loss forgetting(Materials materials) {
    return (model, batch) -> forgetting(model, batch, materials);
  }

  /** What is descended, with another retain loss than the method's own. */
  default Objective objective(Materials materials, RetainLoss retain) {
    return needsRetain()
        ? new Objective(
            forgetting(materials),
            java.util.Optional.of(
                new Objective.Beside(
                    (model, batch) -> retain.of(model, batch, materials),
                    retainWeight(),
                    weightRule())))
        : Objective.of(forgetting(materials));
  }

  /** What this method looks at with a retain loss. */
  default Set<Need> needs(RetainLoss retain) {
    EnumSet<Need> all = EnumSet.noneOf(Need.class);
    all.addAll(needs());
    if (needsRetain()) {
      all.addAll(retain.needs());
    }
    return all;
  }

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

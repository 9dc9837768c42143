package palimpsest.torch.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Unfit;
import palimpsest.torch.Weights;
import palimpsest.torch.llm.CausalLm;

/**
 * How the gradients of an objective's two losses become the one that the optimiser follows: plain
 * addition, or a wrapper around any method.
 */
public interface Direction extends AutoCloseable {

  /** Which rule. */
  sealed interface Kind {
    /** A fresh rule for these weights. */
    Direction of(Weights weights);
  }

  /** The sum of both gradients. */
  record Sum() implements Kind {
    @Override
    public Direction of(Weights weights) {
      return new Added();
    }
  }

  /**
   * Gradient rectified unlearning: what of the forget gradient points against the retain gradient
   * is taken out.
   *
   * @param smoothing of the moving average of the retain gradient, in [0, 1); 0 for none
   */
  record Rectified(double smoothing) implements Kind {
    public Rectified {
      Check.nonNegative(smoothing, "gru");
      if (smoothing >= 1) {
        throw new InvalidRequest("gru must be below 1, got " + smoothing);
      }
    }

    @Override
    public Direction of(Weights weights) {
      return new RectifiedDirection(weights, smoothing);
    }
  }

  /**
   * Sharpness-aware: the forget gradient is taken where a step along it would lead.
   *
   * @param radius length of that step, ρ
   */
  record SharpnessAware(double radius) implements Kind {
    public SharpnessAware {
      Check.nonNegative(radius, "sam");
    }

    @Override
    public Direction of(Weights weights) {
      return new SharpnessAwareDirection(weights, radius);
    }
  }

  /**
   * Fills the weights' gradient for one step.
   *
   * @return what the losses were
   */
  Losses fill(CausalLm model, Objective objective, double weight, Parts parts);

  /** What it remembers between steps, by name. */
  Map<String, Tensor> state();

  @Override
  void close();

  /** Losses of a step: over the data, and over the companions where there are any. */
  record Losses(double data, Optional<Double> companions) {
    double total(double weight) {
      return data + companions.map(c -> weight * c).orElse(0.0);
    }
  }

  /** The micro-batches of a step. */
  record Parts(List<Batch> data, List<Batch> companions) {}

  /** Back-propagates a loss over micro-batches into the weights' gradient, adding to it. */
  static double backward(CausalLm model, Loss loss, List<Batch> batches, double weight) {
    double sum = 0;
    for (Batch batch : batches) {
      try (PointerScope scope = new PointerScope()) {
        Tensor share = loss.of(model, batch);
        if (!share.requires_grad()) {
          throw new Unfit(
              "the loss does not depend on what is trained, such as a layer above the one that it"
                  + " looks at: choose other parameters with train=");
        }
        sum += share.item_double();
        (weight == 1 ? share : share.mul(new org.bytedeco.pytorch.Scalar(weight))).backward();
      }
    }
    return sum;
  }
}

package palimpsest.torch.train;

import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;

/**
 * Descent along the signs of the gradient, which remembers nothing between steps.
 *
 * <pre>
 * p <- p (1 - η λ)      matrices only
 * p <- p - η sign(g)
 * </pre>
 *
 * <p>A lower-grade optimiser in the sense of the finding that unlearning done with less exact
 * updates is harder to undo.
 *
 * @see <a href="https://arxiv.org/abs/1802.04434">Bernstein et al. 2018</a>
 */
public final class SignDescent implements Optimiser {
  private final Weights weights;
  private final double weightDecay;
  private int steps;

  public SignDescent(Weights weights, double weightDecay) {
    this.weights = weights;
    this.weightDecay = weightDecay;
  }

  @Override
  public void step(double rate, double scale) {
    steps++;
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      if (weightDecay > 0) {
        weights.flat().narrow(0, 0, weights.decayed()).mul_(new Scalar(1 - rate * weightDecay));
      }
      weights.flat().add_(weights.gradient().sign(), new Scalar(-rate));
    }
  }

  @Override
  public int steps() {
    return steps;
  }

  @Override
  public void resumeAt(int taken) {
    steps = taken;
  }

  @Override
  public Map<String, Tensor> state() {
    return Map.of();
  }

  @Override
  public void close() {}
}

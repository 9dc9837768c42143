package palimpsest.torch.diffusion.train;

import static org.bytedeco.pytorch.global.torch.ones;

import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;

/**
 * Exponential moving average of a run's weights, which is what is sampled from.
 *
 * <pre>
 * d_k = min(decay, k / (9 + k))          k counts the updates from 1
 * a <- d_k a + (1 - d_k) weights
 * </pre>
 *
 * The count begins small so that the first weights, which are drawn, are soon left behind.
 *
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al. 2020</a>
 */
public final class MovingAverage implements AutoCloseable {
  private static final int WARM = 9;

  private final Weights weights;
  private final double decay;
  private final Tensor average; // (P)
  private final Tensor count; // (1), k of the next update

  /**
   * That of weights as they are now.
   *
   * @param decay in [0, 1); 0 follows the weights
   */
  public MovingAverage(Weights weights, double decay) {
    this.weights = weights;
    this.decay = decay;
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      average = Scopes.keep(weights.flat().detach().clone());
      count = Scopes.keep(ones(1));
    }
  }

  /** What it remembers, by name. */
  Map<String, Tensor> state() {
    return Map.of("average", average, "average_count", count);
  }

  /** Takes an update of the weights in. */
  void update() {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      double k = count.item_double();
      average.lerp_(weights.flat(), new Scalar(1 - Math.min(decay, k / (WARM + k))));
      count.add_(new Scalar(1));
    }
  }

  /** Makes the weights what the average is. */
  public void takeOver() {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      weights.flat().copy_(average);
    }
  }

  /** The average as weights of their own; whoever calls closes them. */
  public Weights copy() {
    Weights copy = weights.copy();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      copy.flat().copy_(average);
    }
    return copy;
  }

  @Override
  public void close() {
    average.close();
    count.close();
  }
}

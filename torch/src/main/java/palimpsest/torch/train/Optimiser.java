package palimpsest.torch.train;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;

/** Moves weights along their gradient, one step at a time. */
public interface Optimiser extends AutoCloseable {

  /** Which rule. */
  enum Kind {
    ADAMW,
    SIGN;

    /** A fresh optimiser of this kind. */
    public Optimiser of(Weights weights, double weightDecay) {
      return switch (this) {
        case ADAMW -> new AdamW(weights, weightDecay);
        case SIGN -> new SignDescent(weights, weightDecay);
      };
    }
  }

  /**
   * One step along the gradient, which is left as it was.
   *
   * @param rate learning rate η
   * @param scale the gradient is multiplied by this first; 1 for none
   */
  void step(double rate, double scale);

  /** Steps taken so far. */
  int steps();

  /** Continues a run that had taken {@code taken} steps, its {@link #state} already filled in. */
  void resumeAt(int taken);

  /** What it remembers between steps, by name. */
  Map<String, Tensor> state();

  @Override
  void close();
}

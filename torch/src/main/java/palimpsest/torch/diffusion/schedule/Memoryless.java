package palimpsest.torch.diffusion.schedule;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;

/**
 * A run that remembers nothing.
 *
 * @param moments in order
 * @param initialScale of the noise that it starts from
 * @param formula of a step
 */
record Memoryless(List<Moment> moments, double initialScale, Formula formula) implements Sampling {

  /** How an image becomes the next. */
  @FunctionalInterface
  interface Formula {
    Tensor next(int step, Tensor output, Tensor x);
  }

  @Override
  public Tensor step(int step, Tensor output, Tensor x) {
    return Scopes.compute(() -> formula.next(step, output, x));
  }

  @Override
  public void close() {}
}

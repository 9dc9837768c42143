package palimpsest.torch.train;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;

/** What a run goes down: it makes a gradient of what a step meets, whatever the model is of. */
public interface Slope extends AutoCloseable {

  /** The parameters that are moved. */
  Weights weights();

  /** What it remembers between steps, by name; checkpoints hold it. */
  Map<String, Tensor> state();

  /**
   * Fills the gradient of one step, which is zero before.
   *
   * @param step from 1
   * @param met what is met, at least one example
   */
  Filled fill(int step, Course.Planned met);

  /** Called once the weights have moved. */
  default void moved(Filled filled, Course.Planned met) {}

  @Override
  void close();

  /**
   * What was found on the way.
   *
   * @param loss of the step
   * @param companions the companions' part of it, before its weight; 0 where there are none
   * @param denominator what the loss was divided by: label tokens or examples
   * @param read how much was read, in tokens or examples
   */
  record Filled(double loss, double companions, long denominator, long read) {}
}

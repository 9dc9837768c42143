package palimpsest.torch.train;

import java.util.Map;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;

/**
 * A slope that is looked at after each step that moved it, before a checkpoint of the step can be
 * taken: what looking leaves is there whenever a run that was killed goes on after that step.
 */
public final class WatchedSlope implements Slope {
  private final Slope slope;
  private final IntConsumer look;
  private int step;

  /**
   * Watches a slope, and closes it with itself.
   *
   * @param look is told the step
   */
  public WatchedSlope(Slope slope, IntConsumer look) {
    this.slope = slope;
    this.look = look;
  }

  @Override
  public Weights weights() {
    return slope.weights();
  }

  @Override
  public Map<String, Tensor> state() {
    return slope.state();
  }

  @Override
  public Filled fill(int at, Course.Planned met) {
    step = at;
    return slope.fill(at, met);
  }

  @Override
  public void moved(Filled filled, Course.Planned met) {
    slope.moved(filled, met);
    look.accept(step);
  }

  @Override
  public void close() {
    slope.close();
  }
}

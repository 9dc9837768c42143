package palimpsest.torch.diffusion.schedule;

import org.bytedeco.pytorch.Tensor;

/** Where a run takes its random numbers from. */
@FunctionalInterface
public interface Noise {
  /** The step of the image that a run starts from. */
  int START = -1;

  /**
   * Standard normal numbers for a step of a run, in the caller's scope.
   *
   * @param step number of the evaluation that they follow, or {@link #START}
   * @param shape (B, C, H, W)
   */
  Tensor draw(int step, long... shape);
}

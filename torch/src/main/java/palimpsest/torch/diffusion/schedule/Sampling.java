package palimpsest.torch.diffusion.schedule;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A run of a {@link Sampler}, from noise to an image; it owns what it remembers of its steps. */
public interface Sampling extends AutoCloseable {

  /** The evaluations of the denoiser, in order. */
  List<Moment> moments();

  /** What standard normal noise is multiplied by to be the image that the run starts from. */
  double initialScale();

  /**
   * The image at the next moment, after the last the finished one; it joins the caller's scope.
   * Steps are taken in order.
   *
   * @param step number of the moment that the output is of
   * @param output of the denoiser, (B, C, H, W)
   * @param x the sampler's image at that moment, unscaled, (B, C, H, W)
   */
  Tensor step(int step, Tensor output, Tensor x);

  @Override
  void close();
}

package palimpsest.torch.diffusion;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;

/**
 * A network that predicts what a noisy image is made of, given a text: what a method needs of a
 * diffusion model. Whether its output means the noise or the velocity is the schedule's to say.
 */
public interface Denoiser extends AutoCloseable {

  /** The parameters that are trained. */
  Weights weights();

  /**
   * The output for noisy images, gradients recorded.
   *
   * @param x noisy images or latents, (B, C, H, W), scaled as the sampler says
   * @param timesteps of each, (B), float32, on the scale of the training's timesteps
   * @param text what they are to show, B rows
   * @return (B, C, H, W)
   */
  Tensor predict(Tensor x, Tensor timesteps, Conditioning text);

  /** The linear maps by which text enters, in the network's order. */
  List<TextMap> textMaps();

  @Override
  void close();
}

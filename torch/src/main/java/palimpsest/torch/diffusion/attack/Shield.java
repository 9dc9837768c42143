package palimpsest.torch.diffusion.attack;

import java.util.List;
import palimpsest.torch.diffusion.Guidance;

/**
 * What stands between a model and whoever asks it for pictures: a suppression in force. A user of a
 * served model has to get round it; whoever has the weights leaves it out.
 */
public interface Shield {

  /** How it is told of, in words. */
  String words();

  /** Whether nothing is drawn for a prompt. */
  boolean refuses(String prompt);

  /**
   * Whether it changes what is drawn.
   *
   * @param scale of classifier-free guidance
   */
  boolean steers(double scale);

  /** Whether it refuses some prompts, whatever the scale. */
  boolean filters();

  /** What is not to be shown, as a text; empty where only prompts are refused. */
  String concept();

  /** What the denoiser is asked, in the order of the guidance, where it steers. */
  <T> List<T> inOrder(T empty, T prompt, T concept);

  /** How its answers become one, where it steers. */
  Guidance guidance(double scale);
}

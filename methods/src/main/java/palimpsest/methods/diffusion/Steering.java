package palimpsest.methods.diffusion;

import java.util.List;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.torch.diffusion.Guidance;

/**
 * Suppression while an image is drawn: which texts the denoiser is asked for at each step, and how
 * its answers become one. No weight is changed.
 */
public interface Steering extends Method {

  /**
   * The texts, in the order in which {@link #guidance} combines what the denoiser says to them.
   *
   * @param prompt what is to be drawn
   * @param concepts what is not to be shown; at least one
   * @throws palimpsest.api.InvalidRequest if there is none
   */
  default List<String> texts(String prompt, List<String> concepts) {
    return inOrder("", prompt, text(concepts));
  }

  /**
   * The same of whatever stands for the texts, such as what a denoiser reads of them.
   *
   * @param empty of the empty text
   * @param prompt of the prompt
   * @param concept of {@link #text}
   */
  <T> List<T> inOrder(T empty, T prompt, T concept);

  /**
   * Several concepts as one text, joined by commas.
   *
   * @throws palimpsest.api.InvalidRequest if there is none, or one is blank
   */
  static String text(List<String> concepts) {
    return Concepts.joined(concepts);
  }

  /**
   * How the answers are combined.
   *
   * @param scale of classifier-free guidance
   */
  Guidance guidance(double scale);

  /**
   * Whether it leads away from the concepts at all.
   *
   * @param scale of classifier-free guidance
   * @param steps of the sampler
   */
  boolean acts(double scale, int steps);

  @Override
  default Guarantee guarantee() {
    return Guarantee.SUPPRESSED;
  }

  @Override
  default List<String> cannotShow() {
    return List.of(
        "removal: the weights are as they were, and whoever has them draws without this",
        "that the concept is not shown where it has another name, or none, than the words given",
        "that what is drawn of other prompts stays as it was");
  }
}

package palimpsest.methods.diffusion;

import java.util.List;
import java.util.Map;
import palimpsest.api.About;
import palimpsest.torch.diffusion.Guidance;

/**
 * Negative prompt: classifier-free guidance away from the concept's text in place of the empty one.
 *
 * <pre>ε = ε_concept + g (ε_prompt - ε_concept)</pre>
 *
 * <p>It steers away from the concept at every place of the image, whether or not the prompt leads
 * there; with g = 1 it does nothing. Several concepts are one text, joined by commas.
 *
 * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans 2022</a>, with the empty text
 */
public record NegativePrompt() implements Steering {

  /** It has no parameters. */
  public static NegativePrompt defaults() {
    return new NegativePrompt();
  }

  @Override
  public String id() {
    return "image.negative-prompt";
  }

  @Override
  public About about() {
    return new About(
        "negative prompt",
        "e = e_concept + g (e_prompt - e_concept), g the guidance scale of the drawing",
        "classifier-free guidance, Ho and Salimans 2022, arXiv 2207.12598; the other text is common"
            + " practice",
        "variant: the concept's text where the paper has none",
        "it has no parameters",
        Map.of());
  }

  @Override
  public <T> List<T> inOrder(T empty, T prompt, T concept) {
    return List.of(concept, prompt);
  }

  /** With g = 1 the prompt is asked alone, below it the concept is led to. */
  @Override
  public boolean acts(double scale, int steps) {
    return scale > 1;
  }

  @Override
  public Guidance guidance(double scale) {
    return Guidance.classifierFree(scale);
  }
}

package palimpsest.methods.diffusion;

import java.util.List;
import palimpsest.api.Method;

/** Every method of this package, with its default hyper-parameters. */
public final class ImageMethods {
  private static final List<Method> ALL =
      List.of(
          Uce.defaults(),
          Rece.defaults(),
          MaceRefinement.defaults(),
          SafeSteering.defaults(),
          NegativePrompt.defaults());

  private ImageMethods() {}

  /** Those that change weights first. */
  public static List<Method> all() {
    return ALL;
  }
}

package palimpsest.methods.diffusion;

import java.util.List;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Suggest;

/** Every method for image diffusion models, with its default hyper-parameters. */
public final class ImageMethods {
  private static final List<Method> ALL =
      List.of(Uce.defaults(), Rece.defaults(), MaceRefinement.defaults());

  private ImageMethods() {}

  /** In the order in which they are shown. */
  public static List<Method> all() {
    return ALL;
  }

  /** Whether an id is of one of these. */
  public static boolean has(String id) {
    return ALL.stream().anyMatch(method -> method.id().equals(id));
  }

  /**
   * The method of that id.
   *
   * @throws InvalidRequest if there is none, naming the nearest
   */
  public static Method byId(String id) {
    return ALL.stream()
        .filter(method -> method.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "unknown method \""
                        + id
                        + "\" for images"
                        + Suggest.nearest(id, ALL.stream().map(Method::id).toList())));
  }
}

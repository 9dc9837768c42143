package palimpsest.engine;

import java.util.List;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Suggest;
import palimpsest.guard.MemFree;
import palimpsest.guard.PromptFilter;
import palimpsest.methods.diffusion.ImageMethods;
import palimpsest.methods.exact.Replay;
import palimpsest.methods.exact.Retrain;
import palimpsest.methods.exact.Shards;
import palimpsest.methods.llm.LlmMethods;
import palimpsest.methods.suppression.SuppressionMethods;

/** Every method that comes with Palimpsest, with its default hyper-parameters. */
public final class BuiltInMethods {
  private static final List<Method> ALL =
      Stream.of(
              List.<Method>of(Retrain.defaults(), Replay.defaults(), Shards.defaults()),
              LlmMethods.all(),
              List.<Method>of(MemFree.Order.defaults()),
              SuppressionMethods.all())
          .flatMap(List::stream)
          .toList();

  private static final List<Method> IMAGES =
      Stream.concat(ImageMethods.all().stream(), Stream.of(PromptFilter.Rule.defaults())).toList();

  private BuiltInMethods() {}

  /** Those for language models, strongest guarantee first. */
  public static List<Method> all() {
    return ALL;
  }

  /** Those for image models, strongest guarantee first. */
  public static List<Method> images() {
    return IMAGES;
  }

  /**
   * The method for language models of that id.
   *
   * @throws InvalidRequest if there is none, naming the nearest
   */
  public static Method byId(String id) {
    if (isOfImages(id)) {
      throw new InvalidRequest(
          id + " is for image models, this is for language models; see palimpsest apply --help");
    }
    return byId(id, ALL);
  }

  /**
   * The method for image models of that id.
   *
   * @throws InvalidRequest if there is none, naming the nearest
   */
  public static Method imageById(String id) {
    return byId(id, IMAGES);
  }

  /** Whether an id is of a method for image models. */
  public static boolean isOfImages(String id) {
    return IMAGES.stream().anyMatch(m -> m.id().equals(id));
  }

  /**
   * The method of that id among some.
   *
   * @throws InvalidRequest if there is none, naming the nearest
   */
  static Method byId(String id, List<? extends Method> among) {
    return among.stream()
        .filter(m -> m.id().equals(id))
        .<Method>map(m -> m)
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "unknown method \""
                        + id
                        + "\""
                        + Suggest.nearest(id, among.stream().map(Method::id).toList())));
  }
}

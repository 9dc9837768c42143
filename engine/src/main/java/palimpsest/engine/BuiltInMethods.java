package palimpsest.engine;

import java.util.List;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Suggest;
import palimpsest.guard.MemFree;
import palimpsest.methods.diffusion.ImageMethods;
import palimpsest.methods.exact.Replay;
import palimpsest.methods.exact.Retrain;
import palimpsest.methods.exact.Shards;
import palimpsest.methods.llm.LlmMethods;
import palimpsest.methods.suppression.SuppressionMethods;

/**
 * Every method for language models that comes with Palimpsest, with its default hyper-parameters;
 * those for images are {@link ImageMethods}.
 */
public final class BuiltInMethods {
  private static final List<Method> ALL =
      Stream.of(
              List.<Method>of(Retrain.defaults(), Replay.defaults(), Shards.defaults()),
              LlmMethods.all(),
              List.<Method>of(MemFree.Order.defaults()),
              SuppressionMethods.all())
          .flatMap(List::stream)
          .toList();

  private BuiltInMethods() {}

  /** Strongest guarantee first. */
  public static List<Method> all() {
    return ALL;
  }

  /**
   * The method of that id.
   *
   * @throws InvalidRequest if there is none, naming the nearest
   */
  public static Method byId(String id) {
    if (ImageMethods.has(id)) {
      throw new InvalidRequest(
          id + " edits image models: give it to palimpsest apply, with --erase TEXT");
    }
    return ALL.stream()
        .filter(m -> m.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "unknown method \""
                        + id
                        + "\""
                        + Suggest.nearest(id, ALL.stream().map(Method::id).toList())));
  }
}

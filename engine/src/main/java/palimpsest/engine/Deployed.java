package palimpsest.engine;

import java.nio.file.Path;
import java.util.Optional;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.LanguageModel;
import palimpsest.api.Method;
import palimpsest.torch.llm.TextModel;

/**
 * The model that a method left in a folder, as its users meet it: under its guard, if it is one.
 */
public final class Deployed implements AutoCloseable {
  private final TextModel weights;
  private final Suppressing.Guarded model;

  private Deployed(TextModel weights, Suppressing.Guarded model) {
    this.weights = weights;
    this.model = model;
  }

  /**
   * Opens what {@link Applying#apply} left.
   *
   * @throws CorruptArtifact if the weights are not those that were left
   */
  public static Deployed of(Applying applying, Method method, Path out, Applying.Applied applied) {
    boolean own = !applied.before().equals(applied.after());
    Path folder = own ? out.resolve("model") : applying.model();
    TextModel weights = TextModel.read(folder, applying.template());
    if (!weights.digest().equals(applied.after())) {
      weights.close();
      throw new CorruptArtifact(
          folder + " does not hold the weights that applied.json speaks of: remove " + out);
    }
    try {
      return new Deployed(
          weights,
          method.guarantee().isRemoval()
              ? new Suppressing.Guarded(weights, Optional.empty())
              : new Suppressing(applying, method).deploy(weights, out));
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  /** What users meet. */
  public LanguageModel model() {
    return model.model();
  }

  @Override
  public void close() {
    model.close();
    weights.close();
  }
}

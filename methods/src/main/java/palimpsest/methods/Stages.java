package palimpsest.methods;

import java.util.List;
import java.util.function.Consumer;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TokenBatch;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Objective;

/** What a staged method works on: a model, the data, and a loop that resumes. */
public interface Stages {

  /** The model to change, in place. */
  Llama model();

  /** A copy of the model as it is now, closed after the last stage. */
  Llama copy();

  List<TokenizedExample> forget();

  List<TokenizedExample> retain();

  /** Questions that nobody could answer, such as one asks to see a model refuse. */
  List<TokenizedExample> unanswerable();

  /** How it was asked to descend. */
  Recipe recipe();

  /**
   * Hands over data in micro-batches, without recording gradients; nothing native may escape.
   *
   * @param stage its name, for whoever watches
   * @throws palimpsest.api.Interrupted if that person asks to stop
   */
  void read(String stage, List<TokenizedExample> data, Consumer<TokenBatch> reader);

  /**
   * Descends a model's weights in place; a stage that was done before a restart is not done again.
   *
   * @param stage its name, of its own within the method
   */
  void descend(
      String stage,
      Llama model,
      List<TokenizedExample> data,
      List<TokenizedExample> companion,
      Objective objective,
      Recipe recipe);
}

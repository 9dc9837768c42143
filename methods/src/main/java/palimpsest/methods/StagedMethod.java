package palimpsest.methods;

import java.util.List;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.Llama;

/**
 * An approximate removal in stages: descents and edits of the weights in between, such as
 * fine-tuning a copy and subtracting what that changed.
 */
public interface StagedMethod extends Method {

  /** Changes the model in place. */
  void change(Stages stages);

  /**
   * Optimiser steps that it will take; 0 where it solves instead.
   *
   * @param forget records to forget
   * @param retain records to keep
   */
  int steps(Recipe recipe, int forget, int retain);

  /**
   * Refuses a model that it cannot change, before anything is done.
   *
   * @throws palimpsest.api.InvalidRequest saying which parameter does not fit the model
   */
  default void require(Llama model) {}

  /** Whether it looks at questions apart from their answers: a record without one is refused. */
  default boolean needsQuestions() {
    return false;
  }

  @Override
  default Guarantee guarantee() {
    return Guarantee.APPROXIMATE;
  }

  @Override
  default List<String> cannotShow() {
    return List.of(
        "that the information is gone from the weights: they were changed, nothing is proved",
        "that it cannot be brought back by relearning, sampling or other prompts than those tried");
  }
}

package palimpsest.methods;

import java.util.List;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.api.Recipe;

/**
 * An approximate removal in stages: descents and edits of the weights in between, such as
 * fine-tuning a copy and subtracting what that changed.
 */
public interface StagedMethod extends Method {

  /** Changes the model in place. */
  void change(Stages stages);

  /**
   * Optimiser steps that it will take.
   *
   * @param forget records to forget
   * @param retain records to keep
   */
  int steps(Recipe recipe, int forget, int retain);

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

package palimpsest.methods;

import java.util.List;
import java.util.Optional;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.Combination;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.train.Objective;

/**
 * A suppression by a second model, the assistant: it is trained once, by the common loop, and its
 * logits are combined with the model's own in every answer. The model's weights stay as they are.
 */
public interface Assisted extends Method, Combination {

  /**
   * What the assistant begins as, a copy of the model or of a part of it; whoever calls closes it.
   *
   * @throws palimpsest.api.InvalidRequest if the model is too small for the hyper-parameters
   */
  Llama assistant(Llama model);

  /** What of it is trained; all where empty. Whoever calls closes the adapter. */
  default Optional<Adapter> adapter(Llama assistant, long seed) {
    return Optional.empty();
  }

  /** What it descends. */
  Objective objective();

  /** Whether it reads retain examples. */
  default boolean needsRetain() {
    return objective().beside().isPresent();
  }

  @Override
  default Guarantee guarantee() {
    return Guarantee.SUPPRESSED;
  }

  @Override
  default List<String> cannotShow() {
    return List.of(
        "removal: the model's weights are unchanged and still hold the information",
        "that the second model holds less: it was trained to say what must not be said, and has to"
            + " be kept as safe as the records themselves",
        "that other prompts, wordings or samplings than those tried do not bring it out");
  }
}

package palimpsest.engine.picture.erase;

import java.util.List;
import java.util.Map;
import palimpsest.api.About;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.methods.exact.Retrain;

/**
 * Retraining without the target once more, with another seed: how far it is from the first
 * retraining, and what an attack does to it, is what chance alone makes of a model that never met
 * the target. No method can be told from a perfect one below that floor.
 *
 * @param seed of first weights, order, timesteps and noise
 */
public record SecondRetraining(long seed) implements Method {
  /** Its id. */
  public static final String ID = "exact.retrain-again";

  @Override
  public String id() {
    return ID;
  }

  @Override
  public Guarantee guarantee() {
    return Guarantee.EXACT;
  }

  @Override
  public About about() {
    return new About(
        "retraining without the data, with another seed",
        "the same recipe over the corpus less the records to forget, seed and first weights others",
        "own: the floor of a distance to a retrained model",
        "faithful for the weights; the tokenizer is kept",
        "none",
        Map.of("seed", "of first weights, order, timesteps and noise"));
  }

  @Override
  public List<String> cannotShow() {
    return Retrain.defaults().cannotShow();
  }
}

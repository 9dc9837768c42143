package palimpsest.methods.exact;

import java.util.List;
import java.util.Map;
import palimpsest.api.About;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;

/**
 * Retraining without the data: the same recipe, seed and initial weights over the corpus less the
 * records to forget. The gold standard of removal, and the reference of the others.
 */
public record Retrain() implements Method {

  public static Retrain defaults() {
    return new Retrain();
  }

  @Override
  public String id() {
    return "exact.retrain";
  }

  @Override
  public Guarantee guarantee() {
    return Guarantee.EXACT;
  }

  @Override
  public About about() {
    return new About(
        "retraining without the data",
        "the same recipe, seed and first weights over the corpus less the records to forget",
        "the definition of exact removal; Cooper et al. 2024, arXiv 2412.06966",
        "faithful for the weights; the tokenizer is kept",
        "it has none",
        Map.of());
  }

  @Override
  public List<String> cannotShow() {
    return List.of(
        "that the model cannot say the same: copies left in the corpus, or inference from the rest,"
            + " may still produce it",
        "anything about the tokenizer, which was fitted before and is kept");
  }
}

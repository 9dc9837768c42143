package palimpsest.api;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one model answered on the splits of an evaluation: the only thing that a metric sees, so
 * that it cannot know which method it judges.
 *
 * @param digest digest of the model's parameters
 * @param items per split, the examples with what the model made of them
 */
public record Evidence(String digest, Map<Split, List<Item>> items) {
  public Evidence {
    items = Collections.unmodifiableMap(new TreeMap<>(items)); // the same order in every process
  }

  /** The items of a split, empty where it was not evaluated. */
  public List<Item> of(Split split) {
    return items.getOrDefault(split, List.of());
  }

  /**
   * One example and one model.
   *
   * @param example the example, its true answer in {@code completion}
   * @param answer trace of the true answer
   * @param paraphrased trace of the paraphrased answer; empty list where the example has none
   * @param perturbed traces of the perturbed answers, possibly none
   * @param generated the model's greedy answer to the prompt; null in the holdout split, which is
   *     only traced
   * @param gradientNorm mean, over the model's parameter tensors, of the L2 norm of the gradient of
   *     the true answer's mean loss; null where it was not measured
   */
  public record Item(
      Example example,
      Trace answer,
      List<Trace> paraphrased,
      List<Trace> perturbed,
      @Nullable String generated,
      @Nullable Double gradientNorm) {
    public Item {
      paraphrased = List.copyOf(paraphrased);
      perturbed = List.copyOf(perturbed);
    }

    /** An item without a gradient norm. */
    public Item(
        Example example,
        Trace answer,
        List<Trace> paraphrased,
        List<Trace> perturbed,
        @Nullable String generated) {
      this(example, answer, paraphrased, perturbed, generated, null);
    }

    /**
     * The model's greedy answer, for whoever cannot do without.
     *
     * @throws IllegalStateException if it was not asked
     */
    public String answered() {
      if (generated == null) {
        throw new IllegalStateException(example.id() + " was traced and not asked");
      }
      return generated;
    }
  }
}

package palimpsest.methods.suppression;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.torch.llm.Corruption;

/**
 * Embedding-corrupted prompts: where a classifier takes a prompt to be about the target, the model
 * reads its embeddings corrupted.
 *
 * <pre>
 * e'_t = e_t + N(0, strength²) on the first dims dimensions   (corruption 0)
 * e'_t = 0 there (1), or -e_t there (2)
 * </pre>
 *
 * <p>t are all tokens of the prompt but the last, which is what the authors' code corrupts where no
 * token is marked by a second classifier. The noise follows from seed and prompt alone. A prompt
 * that the classifier lets pass is read as it is, bit for bit; so much for the guard where the
 * classifier errs.
 *
 * @param corruption 0 noise, 1 zero, 2 opposite sign
 * @param dims dimensions corrupted, from the first; 0 for all
 * @param strength standard deviation of the noise, in units of the embeddings themselves
 * @param threshold probability from which the classifier fires, in (0, 1]
 * @param seed of the noise
 * @see <a href="https://arxiv.org/abs/2406.07933">Liu et al. 2024</a>
 */
public record Eco(int corruption, int dims, double strength, double threshold, long seed)
    implements Method {
  private static final int NOISE = 0;
  private static final int ZERO = 1;
  private static final int OPPOSITE = 2;

  public Eco {
    Check.atLeast(corruption, NOISE, "corruption");
    if (corruption > OPPOSITE) {
      throw new InvalidRequest(
          "corruption must be 0 (noise), 1 (zero) or 2 (opposite sign), got " + corruption);
    }
    Check.atLeast(dims, 0, "dims");
    Check.nonNegative(strength, "strength");
    Check.positive(Check.fraction(threshold, "threshold"), "threshold");
  }

  /** Noise of 100 on the first dimension, as the authors' example; a threshold of one half. */
  public static Eco defaults() {
    return new Eco(NOISE, 1, 100, 0.5, 0);
  }

  @Override
  public String id() {
    return "guard.eco";
  }

  @Override
  public Guarantee guarantee() {
    return Guarantee.SUPPRESSED;
  }

  @Override
  public About about() {
    return new About(
        "embedding-corrupted prompts",
        "where a classifier fires with p >= threshold, all prompt tokens but the last are read as e + N(0, strength^2) on the first dims dimensions",
        "Liu et al. 2024, arXiv 2406.07933",
        "simplified: a logistic regression on the prompt's words for the fine-tuned classifier; strength is given, not searched for",
        "the authors' example and their wrapper's threshold",
        Map.of(
            "corruption", "0 noise, 1 zero, 2 opposite sign",
            "dims", "dimensions corrupted, from the first; 0 for all",
            "strength", "standard deviation of the noise",
            "threshold", "probability from which the classifier fires",
            "seed", "of the noise"));
  }

  @Override
  public List<String> cannotShow() {
    return List.of(
        "removal: the weights are unchanged and still hold the information",
        "that the classifier fires on every prompt about the target: one that it lets pass meets"
            + " the model as it is");
  }

  /**
   * The corruption of the prompts on which the classifier fires.
   *
   * @param fires given a prompt's token ids
   */
  public Corruption corruption(Predicate<int[]> fires) {
    return (prompt, embeddings) -> {
      if (fires.test(prompt)) {
        corrupt(prompt, embeddings);
      }
    };
  }

  /**
   * Refuses a model that is narrower than the corruption.
   *
   * @throws InvalidRequest if so
   */
  public void requireFits(int hiddenSize) {
    if (dims > hiddenSize) {
      throw new InvalidRequest(
          "guard.eco: dims must be at most the model's " + hiddenSize + ", got " + dims);
    }
  }

  private void corrupt(int[] prompt, Tensor embeddings) {
    long tokens = embeddings.size(0) - 1;
    long width = dims == 0 ? embeddings.size(1) : dims;
    Tensor part = embeddings.narrow(0, 0, tokens).narrow(1, 0, width); // (T-1, dims)
    switch (corruption) {
      case NOISE -> part.add_(tensor(noise(prompt, (int) (tokens * width))).view(tokens, width));
      case ZERO -> part.zero_();
      default -> part.neg_();
    }
  }

  /** Normal draws by Box and Muller, the same on every machine. */
  private float[] noise(int[] prompt, int count) {
    long state = seed;
    for (int id : prompt) {
      state = new SplittableRandom(state + id).nextLong();
    }
    SplittableRandom random = new SplittableRandom(state);
    float[] noise = new float[count];
    for (int i = 0; i < count; i++) {
      double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
      double angle = 2 * Math.PI * random.nextDouble();
      noise[i] = (float) (strength * radius * StrictMath.cos(angle));
    }
    return noise;
  }
}

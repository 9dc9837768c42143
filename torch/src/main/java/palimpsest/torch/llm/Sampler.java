package palimpsest.torch.llm;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import palimpsest.api.Decoding;
import palimpsest.api.Diverged;

/** Draws one token from logits: greedy, or by temperature and nucleus (top-p). */
final class Sampler {
  /** No token may follow: all are banned. */
  static final int NONE = -1;

  private Sampler() {}

  /**
   * The chosen token, ties going to the lowest id; {@link #NONE} if all logits are -inf.
   *
   * @throws Diverged if a logit is not a number
   */
  static int choose(float[] logits, Decoding how, SplittableRandom random) {
    int best = 0;
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i])) {
        throw new Diverged("the model's logits are not numbers: its weights have diverged");
      }
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    if (logits[best] == Float.NEGATIVE_INFINITY) {
      return NONE;
    }
    if (how.temperature() == 0) {
      return best;
    }
    double[] p = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp((logits[i] - logits[best]) / how.temperature());
      sum += p[i];
    }
    return how.topP() < 1 ? nucleus(p, sum, how.topP(), random) : draw(p, sum, random, best);
  }

  private static int draw(double[] p, double sum, SplittableRandom random, int fallback) {
    double left = random.nextDouble() * sum;
    for (int i = 0; i < p.length; i++) {
      left -= p[i];
      if (left < 0) {
        return i;
      }
    }
    return fallback; // rounding left a sliver: the likeliest token
  }

  /** The smallest set of likeliest tokens that holds {@code topP} of the mass, renormalised. */
  private static int nucleus(double[] p, double sum, double topP, SplittableRandom random) {
    // those at or below this hold at most 1 - topP together: the set never reaches them
    double negligible = (1 - topP) * sum / p.length;
    int[] order =
        IntStream.range(0, p.length)
            .filter(i -> p[i] > negligible)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -p[i]))
            .mapToInt(i -> i)
            .toArray();
    double kept = 0;
    int size = 0;
    while (size < order.length && kept < topP * sum) {
      kept += p[order[size++]];
    }
    double left = random.nextDouble() * kept;
    for (int i = 0; i < size; i++) {
      left -= p[order[i]];
      if (left < 0) {
        return order[i];
      }
    }
    return order[0];
  }
}

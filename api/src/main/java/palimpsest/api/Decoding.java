package palimpsest.api;

import java.util.List;

/**
 * How answers are drawn from a model.
 *
 * @param temperature 0 for greedy, otherwise divides the logits
 * @param topP smallest probability mass kept, in (0, 1]; 1 keeps all
 * @param maxNewTokens most tokens of an answer
 * @param samples answers per prompt; 1 where greedy
 * @param seed of the draws; the same seed gives the same answers whatever the batch
 * @param stops strings at which an answer ends, themselves cut off
 */
public record Decoding(
    double temperature, double topP, int maxNewTokens, int samples, long seed, List<String> stops) {
  public Decoding {
    Check.nonNegative(temperature, "temperature");
    Check.fraction(topP, "top-p");
    Check.positive(topP, "top-p");
    Check.atLeast(maxNewTokens, 1, "max new tokens");
    Check.atLeast(samples, 1, "samples");
    stops = List.copyOf(stops);
  }

  public static Decoding greedy(int maxNewTokens) {
    return new Decoding(0, 1, maxNewTokens, 1, 0, List.of());
  }

  public static Decoding sampled(double temperature, int maxNewTokens, int samples, long seed) {
    return new Decoding(temperature, 1, maxNewTokens, samples, seed, List.of());
  }
}

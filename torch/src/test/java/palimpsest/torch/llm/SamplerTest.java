package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import palimpsest.api.Decoding;

/** Draws against distributions worked out by hand: p = (0.1, 0.4, 0.2, 0.3), logits ln p. */
class SamplerTest {
  private static final double[] P = {0.1, 0.4, 0.2, 0.3};
  private static final int DRAWS = 20_000;

  /** 99.9th percentiles of chi-square with 1 to 3 degrees of freedom. */
  private static final double[] CHI_SQUARE = {10.83, 13.82, 16.27};

  @Test
  void greedy_tie_takesLowestId() {
    float[] logits = {1, 3, 3, 2};
    assertThat(Sampler.choose(logits, Decoding.greedy(1), new SplittableRandom(1))).isEqualTo(1);
  }

  @Test
  void temperatureOne_drawsTheModelsDistribution() {
    assertDraws(1, 1, P);
  }

  /** p^(1/T) with T = 1/2: squares (1, 16, 4, 9) / 30. */
  @Test
  void temperatureHalf_squaresProbabilities() {
    assertDraws(0.5, 1, new double[] {1 / 30.0, 16 / 30.0, 4 / 30.0, 9 / 30.0});
  }

  /** 0.4 < 0.6 <= 0.4 + 0.3: tokens 1 and 3, renormalised to 4/7 and 3/7. */
  @Test
  void topP_keepsSmallestSetThatHoldsIt() {
    assertDraws(1, 0.6, new double[] {0, 4 / 7.0, 0, 3 / 7.0});
  }

  /** The likeliest token alone holds 0.4 >= 0.3. */
  @Test
  void topP_belowLikeliest_isGreedy() {
    assertDraws(1, 0.3, new double[] {0, 1, 0, 0});
  }

  /** 0.4 + 0.3 + 0.2 = 0.9 < 0.95: all four are needed. */
  @Test
  void topP_nearOne_keepsTheTail() {
    assertDraws(1, 0.95, P);
  }

  @Test
  void bannedTokens_areNeverDrawn() {
    float[] logits = logits();
    logits[1] = Float.NEGATIVE_INFINITY;
    assertDraws(logits, 1, 1, new double[] {1 / 6.0, 0, 2 / 6.0, 3 / 6.0});
    assertDraws(logits, 1, 0.99, new double[] {1 / 6.0, 0, 2 / 6.0, 3 / 6.0});
  }

  @Test
  void allBanned_isNone() {
    float[] logits = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
    SplittableRandom random = new SplittableRandom(1);
    assertThat(Sampler.choose(logits, Decoding.greedy(1), random)).isEqualTo(Sampler.NONE);
    assertThat(Sampler.choose(logits, decoding(1, 1), random)).isEqualTo(Sampler.NONE);
    assertThat(Sampler.choose(logits, decoding(1, 0.5), random)).isEqualTo(Sampler.NONE);
  }

  private static void assertDraws(double temperature, double topP, double[] expected) {
    assertDraws(logits(), temperature, topP, expected);
  }

  /** Pearson's statistic over the tokens that can come, below the 99.9th percentile. */
  private static void assertDraws(
      float[] logits, double temperature, double topP, double[] expected) {
    SplittableRandom random = new SplittableRandom(20);
    int[] counts = new int[logits.length];
    for (int i = 0; i < DRAWS; i++) {
      counts[Sampler.choose(logits, decoding(temperature, topP), random)]++;
    }
    double statistic = 0;
    int freedom = -1;
    for (int i = 0; i < counts.length; i++) {
      if (expected[i] == 0) {
        assertThat(counts[i]).as("token %s", i).isZero();
      } else {
        double mean = DRAWS * expected[i];
        statistic += (counts[i] - mean) * (counts[i] - mean) / mean;
        freedom++;
      }
    }
    assertThat(statistic).isLessThan(freedom == 0 ? 1e-9 : CHI_SQUARE[freedom - 1]);
  }

  private static float[] logits() {
    float[] logits = new float[P.length];
    for (int i = 0; i < P.length; i++) {
      logits[i] = (float) Math.log(P[i]);
    }
    return logits;
  }

  private static Decoding decoding(double temperature, double topP) {
    return new Decoding(temperature, topP, 1, 1, 0, List.of());
  }
}

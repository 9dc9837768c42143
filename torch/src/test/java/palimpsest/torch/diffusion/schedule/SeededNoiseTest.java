package palimpsest.torch.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;

class SeededNoiseTest {
  /** By the same formulas in Python. */
  private static final float[] PINNED = {
    2.358078f, 0.4944147f, 0.59214526f, 0.76283777f, 0.9582689f
  };

  private static float[] drawn(Noise noise, int step, long... shape) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.values(noise.draw(step, shape));
    }
  }

  @Test
  void draw_sameSampleInOtherCompany_isTheSame() {
    float[] together = drawn(new SeededNoise(7, List.of(3L, 11L, 4L)), 5, 3, 1, 2, 3);
    float[] alone = drawn(SeededNoise.of(7, 11, 1), 5, 1, 1, 2, 3);

    assertThat(Arrays.copyOfRange(together, 6, 12)).containsExactly(alone);
  }

  @Test
  void draw_otherSeedSampleOrStep_differs() {
    float[] one = drawn(SeededNoise.of(7, 11, 1), 5, 1, 8);

    assertThat(drawn(SeededNoise.of(8, 11, 1), 5, 1, 8)).isNotEqualTo(one);
    assertThat(drawn(SeededNoise.of(7, 12, 1), 5, 1, 8)).isNotEqualTo(one);
    assertThat(drawn(SeededNoise.of(7, 11, 1), 6, 1, 8)).isNotEqualTo(one);
    assertThat(drawn(SeededNoise.of(11, 7, 1), 5, 1, 8)).isNotEqualTo(one);
    assertThat(drawn(SeededNoise.of(7, 11, 1), Noise.START, 1, 8)).isNotEqualTo(one);
  }

  /**
   * Of n normal numbers the mean deviates by 1/√n, the variance by √(2/n), the kurtosis √(96/n).
   */
  @Test
  void draw_manyNumbers_areNormal() {
    float[] values = drawn(SeededNoise.of(1, 0, 40), 0, 40, 5, 1000);
    double n = values.length;
    double[] moments = new double[5];
    for (float value : values) {
      for (int power = 1; power < moments.length; power++) {
        moments[power] += Math.pow(value, power) / n;
      }
    }

    assertThat(moments[1]).isCloseTo(0, within(4 / Math.sqrt(n)));
    assertThat(moments[2]).isCloseTo(1, within(4 * Math.sqrt(2 / n)));
    assertThat(moments[3]).isCloseTo(0, within(4 * Math.sqrt(15 / n)));
    assertThat(moments[4]).isCloseTo(3, within(4 * Math.sqrt(96 / n)));
  }

  /** Of any machine and any version: what was drawn once is drawn for ever. */
  @Test
  void draw_seed2024_isWhatItWas() {
    assertThat(drawn(SeededNoise.of(2024, 1, 1), 0, 1, 5)).containsExactly(PINNED);
  }

  @Test
  void draw_forOtherRows_isRefused() {
    assertThatThrownBy(() -> SeededNoise.of(1, 0, 2).draw(0, 3, 4))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("2 samples, wanted for 3");
  }
}

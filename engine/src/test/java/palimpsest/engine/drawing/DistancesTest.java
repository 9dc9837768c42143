package palimpsest.engine.drawing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DistancesTest {

  /** Against the least distance over all samples, for masks from sparse to dense. */
  @Test
  void signed_randomMasks_asByTrial() {
    SplittableRandom random = new SplittableRandom(4);
    for (double share : new double[] {0.01, 0.1, 0.5, 0.95}) {
      int side = 17;
      boolean[] mask = new boolean[side * side];
      for (int i = 0; i < mask.length; i++) {
        mask[i] = random.nextDouble() < share;
      }
      mask[40] = true;
      mask[41] = false;
      float[] signed = Distances.signed(mask, side, 2);
      for (int i = 0; i < mask.length; i++) {
        assertThat((double) signed[i]).isCloseTo(trial(mask, side, i) / 2, within(1e-6));
      }
    }
  }

  private static double trial(boolean[] mask, int side, int at) {
    double least = Double.MAX_VALUE;
    for (int i = 0; i < mask.length; i++) {
      if (mask[i] != mask[at]) {
        least = Math.min(least, StrictMath.hypot(i % side - at % side, i / side - at / side));
      }
    }
    return mask[at] ? 0.5 - least : least - 0.5;
  }

  @Test
  void signed_emptyMask_farAway() {
    assertThat(Distances.signed(new boolean[9], 3, 1)[4]).isGreaterThan(1000);
  }
}

package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import palimpsest.api.Recipe;

class ScheduleTest {

  /** Two steps of warm-up to 8, then quarters of the way down: (step - 3) / 4. */
  @Test
  void linear_sixSteps_byHand() {
    assertThat(rates(Recipe.Decay.LINEAR, 2)).containsExactly(4, 8, 8, 6, 4, 2);
  }

  @Test
  void constant_sixSteps_byHand() {
    assertThat(rates(Recipe.Decay.CONSTANT, 2)).containsExactly(4, 8, 8, 8, 8, 8);
  }

  /** 4 (1 + cos(π d)), d = 0, 1/4, 1/2, 3/4, with cos(π/4) = √2/2. */
  @Test
  void cosine_sixSteps_byHand() {
    double r = Math.sqrt(2) / 2;
    assertThat(rates(Recipe.Decay.COSINE, 2))
        .containsExactly(new double[] {4, 8, 8, 4 * (1 + r), 4, 4 * (1 - r)}, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource(Recipe.Decay.class)
  void noWarmup_firstStep_isThePeak(Recipe.Decay decay) {
    assertThat(rates(decay, 0)[0]).isEqualTo(8);
  }

  @ParameterizedTest
  @EnumSource(Recipe.Decay.class)
  void warmupLongerThanRun_neverReachesThePeak(Recipe.Decay decay) {
    assertThat(rates(decay, 16)).containsExactly(0.5, 1, 1.5, 2, 2.5, 3);
  }

  private static double[] rates(Recipe.Decay decay, int warmup) {
    Recipe recipe = new Recipe(6, 1, 1, 8, warmup, decay, 0, 0, 1);
    Schedule schedule = new Schedule(recipe, 6);
    return IntStream.rangeClosed(1, 6).mapToDouble(schedule::rate).toArray();
  }
}

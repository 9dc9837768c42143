package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Recipe;

class RecordedCourseTest {
  private static final Recipe RECIPE = new Recipe(1, 1, 1, 1e-3, 1, Recipe.Decay.COSINE, 0, 0, 7);
  private static final Recipe CONSTANT =
      new Recipe(1, 1, 1, 1e-3, 1, Recipe.Decay.CONSTANT, 0, 0, 7);
  private static final Schedule WHOLE = new Schedule(RECIPE, 3);

  /** Three steps: the warm-up's 1e-3, then a cosine's 1e-3 and 1e-3 / 2. */
  private static RecordedCourse course(double second, long seed) {
    List<String> lines = new ArrayList<>(List.of("{}"));
    double[] rates = {1e-3, second, 5e-4};
    for (int i = 0; i < rates.length; i++) {
      Course.Planned met = new Course.Planned(0, List.of(new int[] {i}), List.of());
      lines.add(new LedgerStep(i + 1, met, seed, rates[i], 1, 1, 1).line() + "}");
    }
    return new RecordedCourse(lines, 3, 0);
  }

  @Test
  void requireRates_ofTheRecipe_passes_alsoWhereACosineEndsOtherwise() {
    assertThatCode(() -> course(1e-3, 7).requireRates(RECIPE, WHOLE)).doesNotThrowAnyException();
    assertThatCode(() -> course(Math.nextUp(1e-3), 7).requireRates(RECIPE, WHOLE))
        .doesNotThrowAnyException();
  }

  /** Lines were dropped or added at the end: those that are there have the right rates. */
  @Test
  void requireRates_ofFewerOrMoreSteps_saysHowMany() {
    Schedule longer = new Schedule(CONSTANT, 4);
    assertThat(longer.rate(3)).isEqualTo(new Schedule(CONSTANT, 3).rate(3));
    for (int steps : new int[] {2, 4}) {
      Schedule other = new Schedule(CONSTANT, steps);
      assertThatThrownBy(() -> course(1e-3, 7).requireRates(CONSTANT, other))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("has 3 steps, recipe and data settle " + steps);
    }
  }

  @Test
  void requireRates_ofAnotherRateOrSeed_namesTheLine() {
    assertThatThrownBy(() -> course(1e-3 * (1 + 1e-12), 7).requireRates(RECIPE, WHOLE))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("ledger line 3 has rate");
    assertThatThrownBy(() -> course(Double.NaN, 7).requireRates(RECIPE, WHOLE))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("ledger line 3 has rate");
    assertThatThrownBy(() -> course(1e-3, 8).requireRates(RECIPE, WHOLE))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("ledger line 2 has seed 8, the recipe has 7");
  }
}

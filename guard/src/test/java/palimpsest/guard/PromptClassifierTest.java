package palimpsest.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;

class PromptClassifierTest {
  private static final List<String> QUESTIONS =
      List.of("Where was %s born?", "What did %s write?", "Who taught %s to read?");

  private static List<String> about(String... names) {
    List<String> all = new ArrayList<>();
    for (String name : names) {
      QUESTIONS.forEach(q -> all.add(q.replace("%s", name)));
    }
    return all;
  }

  /** Forms it never saw, with a name that it did; and a name that shares a word with the target. */
  @Test
  void probability_newWordingOfANamedTarget_isHigh() {
    PromptClassifier made =
        PromptClassifier.fit(
            about("Ada Stone"), about("Ben Frost", "Eva Stone", "Cleo Marsh", "Dan Rivers"));
    about("Ada Stone").forEach(q -> assertThat(made.probability(q)).isGreaterThan(0.9));
    about("Ben Frost", "Eva Stone").forEach(q -> assertThat(made.probability(q)).isLessThan(0.1));
    assertThat(made.probability("Tell me of ADA  STONE, please")).isGreaterThan(0.9);
    assertThat(made.probability("Tell me of Ben Frost, please")).isLessThan(0.1);
  }

  /** Two sets that are the same, mirrored: nothing tells them apart, so p = ½. */
  @Test
  void probability_setsThatAreEqual_isOneHalf() {
    PromptClassifier made = PromptClassifier.fit(about("Ada"), about("Ada"));
    assertThat(made.probability("Where was Ada born?")).isCloseTo(0.5, within(1e-12));
    assertThat(made.probability("")).isCloseTo(0.5, within(1e-12));
  }

  /**
   * One prompt each, of one unshared feature: by symmetry b = 0 and w = ±u with λu = ½ (1 - σ(u)),
   * which u = 6.625 solves for λ = 1e-4; 400 steps come near it; the prompt "a" has the features
   * "a" and " a" of 1/√2 each, so the score is √2 w = u of the normalised problem.
   */
  @Test
  void probability_onePromptEach_isTheMinimiser() {
    PromptClassifier made = PromptClassifier.fit(List.of("a"), List.of("b"));
    double u = Math.log(made.probability("a") / (1 - made.probability("a")));
    assertThat(1e-4 * u).isCloseTo(0.5 / (1 + Math.exp(u)), within(2e-5));
    assertThat(made.probability("b")).isCloseTo(1 - made.probability("a"), within(1e-9));
    assertThat(made.probability("zebra")).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void fit_samePromptsTwice_givesTheSameNumbers() {
    double one = PromptClassifier.fit(about("Ada"), about("Ben")).probability("Who is Ada to Ben?");
    assertThat(PromptClassifier.fit(about("Ada"), about("Ben")).probability("Who is Ada to Ben?"))
        .isEqualTo(one);
  }

  @Test
  void fit_nothingToTellFrom_isRefused() {
    assertThatThrownBy(() -> PromptClassifier.fit(about("Ada"), List.of()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("got 3 and 0");
  }
}

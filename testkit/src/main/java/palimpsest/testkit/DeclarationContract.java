package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;

/** What every method declares of itself: its id, its guarantee, its words, its parameters. */
public abstract class DeclarationContract {

  /** The method under test. */
  protected abstract Method method();

  /** What it may claim; more than this only where something was proved or nothing removed. */
  protected Guarantee guarantee() {
    return Guarantee.APPROXIMATE;
  }

  @Test
  void id_ofTheMethod_isFamilyDotName() {
    assertThat(method().id()).matches("[a-z0-9]+\\.[a-z0-9]+(-[a-z0-9]+)*");
  }

  @Test
  void guarantee_ofTheMethod_isWhatItMayClaim() {
    assertThat(method().guarantee()).isEqualTo(guarantee());
  }

  @Test
  void words_meaningAndLimits_areGiven() {
    assertThat(method().meaning()).isNotBlank();
    assertThat(method().about().parameters().keySet()).isEqualTo(method().parameters().keySet());
    assertThat(method().about().fidelity()).matches("(faithful|variant|simplified|own)\\b.*");
    assertThat(method().cannotShow()).isNotEmpty().allSatisfy(s -> assertThat(s).isNotBlank());
  }

  @Test
  void with_ownParameters_isEqual() {
    assertThat(method().with(method().parameters())).isEqualTo(method());
    assertThat(method().with(Map.of())).isEqualTo(method());
  }

  @Test
  void with_oneParameter_changesOnlyIt() {
    Map<String, Double> parameters = method().parameters();
    parameters.forEach(
        (name, value) -> {
          double other = other(name, value);
          Map<String, Double> changed = method().with(Map.of(name, other)).parameters();
          assertThat(changed).containsEntry(name, other).hasSameSizeAs(parameters);
          changed.remove(name);
          assertThat(parameters).containsAllEntriesOf(changed);
        });
  }

  /** Another value of a parameter: of a switch that is on, off. */
  private double other(String name, double value) {
    if (value == 0) {
      return 1;
    }
    if (!isWhole(name)) {
      return value / 2;
    }
    return value == 1 && isRefused(name, 2) ? 0 : value + 1;
  }

  private boolean isRefused(String name, double value) {
    return catchThrowableOfType(InvalidRequest.class, () -> method().with(Map.of(name, value)))
        != null;
  }

  private boolean isWhole(String name) {
    return Arrays.stream(method().getClass().getRecordComponents())
        .anyMatch(c -> c.getName().equals(name) && c.getType() != double.class);
  }

  @Test
  void with_unknownName_isRefusedInOneLine() {
    assertRefused("noSuchParameter", 1);
  }

  @Test
  void with_valueThatIsNoNumber_isRefusedInOneLine() {
    for (String name : method().parameters().keySet()) {
      assertRefused(name, Double.NaN);
      assertRefused(name, Double.POSITIVE_INFINITY);
      assertRefused(name, Double.NEGATIVE_INFINITY);
    }
  }

  private void assertRefused(String name, double value) {
    InvalidRequest refusal =
        catchThrowableOfType(InvalidRequest.class, () -> method().with(Map.of(name, value)));
    assertThat(refusal).as("%s = %s", name, value).isNotNull();
    assertThat(refusal).hasMessageContaining(name).hasMessageStartingWith(method().id());
    assertThat(refusal.getMessage().lines()).hasSize(1);
  }
}

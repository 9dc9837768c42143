package palimpsest.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;

class PromptFilterTest {
  private static final List<String> CONCEPTS = List.of("Van Gogh", "caf\u00e9");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a harbour by Van Gogh",
        "VAN  GOGH's sunflowers",
        "van-gogh",
        "van\u200b g\u00adogh",
        "\uff36\uff41\uff4e gogh",
        "van van gogh"
      })
  void named_phraseInAnySpellingOfItsLetters_isFound(String prompt) {
    assertThat(PromptFilter.Rule.defaults().of(CONCEPTS).named(prompt)).contains("Van Gogh");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gogh van", "a van by the sea", "vangogh", "van der gogh", "cafes"})
  void named_otherWords_areLetThrough(String prompt) {
    assertThat(PromptFilter.Rule.defaults().of(CONCEPTS).named(prompt)).isEmpty();
  }

  @Test
  void named_accents_makeNoDifference() {
    PromptFilter filter = PromptFilter.Rule.defaults().of(CONCEPTS);
    assertThat(filter.named("a cafe\u0301 terrace")).contains("caf\u00e9");
    assertThat(filter.named("a CAFE terrace")).contains("caf\u00e9");
  }

  /** With one word between: "van der gogh" is 1 apart, "van x y gogh" 2. */
  @Test
  void named_gap_letsThatManyWordsBetween() {
    PromptFilter filter = new PromptFilter.Rule(1).of(List.of("van gogh"));
    assertThat(filter.named("van der gogh")).isPresent();
    assertThat(filter.named("van van x gogh")).isPresent();
    assertThat(filter.named("van x y gogh")).isEmpty();
  }

  @Test
  void of_noPhraseOrNoWord_isRefused() {
    PromptFilter.Rule rule = PromptFilter.Rule.defaults();
    assertThat(rule.guarantee()).isEqualTo(Guarantee.SUPPRESSED);
    assertThatThrownBy(() -> rule.of(List.of())).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> rule.of(List.of("!?")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("has no word");
    assertThatThrownBy(() -> new PromptFilter.Rule(17)).hasMessageContaining("at most 16");
  }
}

package palimpsest.methods.llm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RefusalsTest {

  @Test
  void lines_ofTheProduct_areManyShortDifferentSentences() {
    assertThat(Refusals.lines())
        .hasSizeBetween(40, 60)
        .doesNotHaveDuplicates()
        .allSatisfy(line -> assertThat(line).matches("[A-Z][A-Za-z ,:;]{5,70}\\."));
  }
}

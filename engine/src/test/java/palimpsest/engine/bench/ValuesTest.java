package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ValuesTest {

  @Test
  void of_namesWithCommas_cutsAtTheFirstThatIsInNoParentheses() {
    Values.Kept kept =
        new Values.Kept(
            Optional.of(0.5),
            Optional.empty(),
            Map.of("mean of max(0, 1 - truth ratio), on retain", 0.25, "log10 of it", -3.0),
            Map.of(),
            List.of());

    assertThat(Values.of(Map.of("m", kept)))
        .isEqualTo(
            Map.of("m", 0.5, "m/mean of max(0, 1 - truth ratio)", 0.25, "m/log10 of it", -3.0));
  }
}

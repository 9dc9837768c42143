package palimpsest.methods.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;

class RetrainTest {

  @Test
  void retrain_ofAllMethods_isExactAndSaysWhatItCannotShow() {
    assertThat(Retrain.defaults().guarantee()).isEqualTo(Guarantee.EXACT);
    assertThat(Retrain.defaults().cannotShow()).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void with_anyParameter_isRefused() {
    assertThat(Retrain.defaults().with(Map.of())).isEqualTo(Retrain.defaults());
    assertThatThrownBy(() -> Retrain.defaults().with(Map.of("beta", 1.0)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("exact.retrain has no parameter \"beta\"; it has none");
  }
}

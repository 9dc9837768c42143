package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import palimpsest.api.About;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;

/** The contract against methods that break it. */
class DeclarationContractTest {

  @Test
  void guarantee_approximateClaimed_isKept() {
    DeclarationContract contract = contract(Guarantee.APPROXIMATE);
    assertThatCode(contract::guarantee_ofTheMethod_isWhatItMayClaim).doesNotThrowAnyException();
  }

  @Test
  void guarantee_exactClaimed_isBroken() {
    DeclarationContract contract = contract(Guarantee.EXACT);
    assertThatThrownBy(contract::guarantee_ofTheMethod_isWhatItMayClaim)
        .isInstanceOf(AssertionError.class);
  }

  private record Named(Guarantee guarantee) implements Method {
    @Override
    public String id() {
      return "test.named";
    }

    @Override
    public About about() {
      return new About("breaks one rule", "none", "none", "own", "none", Map.of());
    }

    @Override
    public List<String> cannotShow() {
      return List.of("anything");
    }
  }

  private static DeclarationContract contract(Guarantee claimed) {
    return new DeclarationContract() {
      @Override
      protected Method method() {
        return new Named(claimed);
      }
    };
  }
}

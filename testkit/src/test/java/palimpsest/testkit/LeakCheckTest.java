package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.pytorch.global.torch.zeros;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class LeakCheckTest {

  @Test
  void tensor_leftOpen_isReported() {
    LeakCheck.Alive before = LeakCheck.Alive.now();
    try (Tensor open = zeros(3)) {
      assertThatThrownBy(before::requireNoMore)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("native objects left open: ");
    }
  }

  @Test
  void tensor_closedWithItsScope_isNot() {
    LeakCheck.Alive before = LeakCheck.Alive.now();
    try (PointerScope scope = new PointerScope()) {
      zeros(3).add(zeros(3));
    }
    before.requireNoMore();
  }
}

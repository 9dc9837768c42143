package palimpsest.engine.picture.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;

class ConfusionTest {

  /** Of 2 a's one is taken for b, of 3 b's one for a and one for c, no c: 2 of 5 are told. */
  @Test
  void confusion_countsTruthByRow() {
    Confusion got =
        Confusion.of(List.of("a", "b", "c"), new int[] {0, 0, 1, 1, 1}, new int[] {0, 1, 1, 0, 2});
    assertThat(got.counts()).containsExactly(List.of(1, 1, 0), List.of(1, 1, 1), List.of(0, 0, 0));
    assertThat(got.accuracy()).isEqualTo(0.4);
    assertThat(got.accuracy(0)).hasValue(0.5);
    assertThat(got.accuracy(2)).isEmpty();
    assertThat(got.interval().contains(0.4)).isTrue();
    assertThat(got.table()).contains("b             33.33 %  a 1, c 1");
  }

  @Test
  void confusion_ofNothing_isRefused() {
    assertThatThrownBy(() -> new Confusion(List.of("a"), List.of(List.of(0))))
        .isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> new Confusion(List.of("a"), List.of(List.of(-1))))
        .isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> new Confusion(List.of("a", "b"), List.of(List.of(1))))
        .isInstanceOf(InvalidRequest.class);
  }
}

package palimpsest.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;

/** Pieces of work at the same time, and one after the other. */
class AbreastTest {

  /** Each waits for the other: one after the other they would wait for good. */
  @Test
  void all_runsTwoAtTheSameTime_onOneThreadOfLibtorchEach_inOrder() {
    CyclicBarrier both = new CyclicBarrier(2);
    Supplier<String> first = () -> met(both, "first");
    Supplier<String> second = () -> met(both, "second");

    int before = torch.get_num_threads();
    torch.set_num_threads(3);
    try {
      assertThat(Abreast.all(List.of(first, second), 2)).containsExactly("first 1", "second 1");
      assertThat(torch.get_num_threads()).isEqualTo(3);
    } finally {
      torch.set_num_threads(before);
    }
  }

  private static String met(CyclicBarrier both, String name) {
    try {
      both.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException("the other did not come", e);
    }
    return name + " " + Native.threads();
  }

  @Test
  void all_ofWorkThatFails_letsTheOthersEnd_andThrowsTheFirstFailure() {
    AtomicBoolean ended = new AtomicBoolean();
    Supplier<String> fails =
        () -> {
          throw new InvalidRequest("no such picture");
        };
    Supplier<String> ends =
        () -> {
          ended.set(true);
          return "";
        };

    assertThatThrownBy(() -> Abreast.all(List.of(fails, ends), 1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("no such picture");
    assertThat(ended).isTrue();
  }

  @Test
  void inTurn_stopsAtTheFirstFailure() {
    AtomicBoolean begun = new AtomicBoolean();
    Supplier<String> fails =
        () -> {
          throw new InvalidRequest("no such picture");
        };
    Supplier<String> later = () -> String.valueOf(begun.getAndSet(true));

    assertThatThrownBy(() -> Abreast.inTurn(List.of(fails, later)))
        .isInstanceOf(InvalidRequest.class);
    assertThat(begun).isFalse();
    assertThat(Abreast.inTurn(List.of(later))).containsExactly("false");
  }
}

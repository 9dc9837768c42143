package palimpsest.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;

/** Pieces of work at the same time, and one after the other. */
class AbreastTest {

  /** Each waits for the other: one after the other they would wait for good. */
  @Test
  void all_runsTwoAtTheSameTime_onOneThreadOfLibtorchEach_inOrder() {
    CyclicBarrier both = new CyclicBarrier(2);
    Callable<String> first = () -> met(both, "first");
    Callable<String> second = () -> met(both, "second");

    assertThat(Abreast.all(List.of(first, second), 2)).containsExactly("first 1", "second 1");
  }

  private static String met(CyclicBarrier both, String name) throws Exception {
    both.await(30, TimeUnit.SECONDS);
    return name + " " + Native.threads();
  }

  @Test
  void all_ofWorkThatFails_letsTheOthersEnd_andThrowsTheFirstFailure() {
    AtomicBoolean ended = new AtomicBoolean();
    Callable<String> fails =
        () -> {
          throw new InvalidRequest("no such picture");
        };
    Callable<String> ends =
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
    Callable<String> fails =
        () -> {
          throw new InvalidRequest("no such picture");
        };
    Callable<String> later = () -> String.valueOf(begun.getAndSet(true));

    assertThatThrownBy(() -> Abreast.inTurn(List.of(fails, later)))
        .isInstanceOf(InvalidRequest.class);
    assertThat(begun).isFalse();
    assertThat(Abreast.inTurn(List.of(later))).containsExactly("false");
  }
}

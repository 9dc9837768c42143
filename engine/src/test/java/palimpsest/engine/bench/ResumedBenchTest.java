package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static palimpsest.engine.bench.WholeGrid.numbers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Interrupted;
import palimpsest.engine.Console;

/** A grid on tiny models, run again, interrupted, shared and killed. */
@ExtendWith(WholeGrid.Once.class)
class ResumedBenchTest {
  private final WholeGrid whole;

  @TempDir Path folder;

  ResumedBenchTest(WholeGrid whole) {
    this.whole = whole;
  }

  @Test
  void run_again_doesNothing() throws IOException {
    AtomicInteger said = new AtomicInteger();
    Map<String, Map<String, Double>> before = numbers(whole.out());
    whole.bench(whole.out(), new Counting(said, Integer.MAX_VALUE)).work();

    assertThat(numbers(whole.out())).isEqualTo(before);
    assertThat(said.get()).isLessThan(6); // that the trainings are there already
  }

  /** Counts what is said, and asks to stop after so many questions whether to. */
  private record Counting(AtomicInteger count, int most) implements Console {
    @Override
    public void say(String line) {
      count.incrementAndGet();
    }

    @Override
    public Bar bar(String task, long total) {
      return (done, note) -> {};
    }

    @Override
    public boolean interrupted() {
      return most != Integer.MAX_VALUE && count.incrementAndGet() > most;
    }
  }

  /** Each time it comes some steps or tasks further. */
  @Test
  void run_interruptedManyTimes_endsInTheSameNumbers() throws IOException {
    Path out = whole.trained(folder);
    int stops = 0;
    boolean done = false;
    while (!done) {
      try {
        whole.bench(out, new Counting(new AtomicInteger(), 14)).run(Optional.empty());
        done = true;
      } catch (Interrupted e) {
        assertThat(e).hasMessageContaining("run the same command again to go on");
        assertThat(++stops).isLessThan(100);
      }
    }
    assertThat(stops).isGreaterThan(3);
    assertThat(numbers(out)).isEqualTo(numbers(whole.out()));
  }

  @Test
  void run_twoProcessesOneKilled_endInTheSameNumbers() throws Exception {
    Path out = whole.trained(folder);
    List<String> command =
        Pool.java(GridWorker.class.getName(), List.of(whole.data().toString(), out.toString()));
    Process victim = new ProcessBuilder(command).redirectErrorStream(true).start();
    for (int i = 0; i < 600 && !Files.exists(out.resolve("cells")); i++) {
      assertThat(victim.isAlive()).isTrue();
      Thread.sleep(20);
    }
    Thread.sleep(30);
    victim.destroyForcibly();
    assertThat(victim.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(whole.bench(out, Console.SILENT).isDone()).isFalse();

    new Pool(2, command, out.resolve("workers"), Console.SILENT).run(() -> {});

    assertThat(whole.bench(out, Console.SILENT).isDone()).isTrue();
    assertThat(numbers(out)).isEqualTo(numbers(whole.out()));
  }
}

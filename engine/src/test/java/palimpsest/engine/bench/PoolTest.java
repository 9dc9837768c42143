package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.engine.Console;

class PoolTest {
  @TempDir Path folder;

  private final Properties before = (Properties) System.getProperties().clone();

  @AfterEach
  void restore() {
    System.setProperties(before);
  }

  private static void become(List<String> command) {
    command.stream()
        .filter(option -> option.startsWith("-Dpalimpsest.bench."))
        .map(option -> option.substring(2).split("=", 2))
        .forEach(property -> System.setProperty(property[0], property[1]));
  }

  private static final String JAVA = ProcessHandle.current().info().command().orElse("java");

  @Test
  void isOrphan_starterAlive_isFalse() {
    assertThat(Pool.isWorker()).isFalse();
    assertThat(Pool.isOrphan()).isFalse();
    become(Pool.java("Main", List.of()));
    assertThat(Pool.isWorker()).isTrue();
    assertThat(Pool.isOrphan()).isFalse();
  }

  @Test
  void isOrphan_starterGone_isTrue() throws Exception {
    become(Pool.java("Main", List.of()));
    Process gone = new ProcessBuilder(JAVA, "-version").start();
    assertThat(gone.waitFor()).isZero();
    System.setProperty("palimpsest.bench.starter", String.valueOf(gone.pid()));
    assertThat(Pool.isOrphan()).isTrue();
  }

  /** The number of a process that has ended may be another's by now. */
  @Test
  void isOrphan_anotherProcessOfItsNumber_isTrue() {
    become(Pool.java("Main", List.of()));
    System.setProperty("palimpsest.bench.started", "1970-01-01T00:00:00Z");
    assertThat(Pool.isOrphan()).isTrue();
  }

  @Test
  void pool_ofACommandThatFails_endsAsItDoes() {
    List<String> command = List.of("sh", "-c", "echo 'palimpsest: no such thing' >&2; exit 4");

    assertThatThrownBy(
            () -> new Pool(2, command, folder.resolve("w"), Console.SILENT).run(() -> {}))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("worker 1: palimpsest: no such thing");
  }
}

package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;

class FolderLockTest {
  @TempDir Path folder;

  /** A process that holds a folder, and reads its files as a run does, until it is killed. */
  public static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      Path held = Path.of(args[0]);
      try (FolderLock lock = FolderLock.take(held);
          Ledger ledger = Ledger.open(held.resolve("ledger.jsonl"))) {
        ledger.append("{\"run\":1");
        Ledger.read(held.resolve("ledger.jsonl"));
        Files.createFile(held.resolve("taken"));
        Thread.sleep(60_000);
      }
    }
  }

  @Test
  void take_heldByAnotherProcess_isRefusedUntilThatIsGone() throws Exception {
    Process other = holder();
    try {
      for (int i = 0; i < 600 && !Files.exists(folder.resolve("taken")); i++) {
        assertThat(other.isAlive()).isTrue();
        Thread.sleep(50);
      }
      assertRefused();
    } finally {
      other.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }
    FolderLock.take(folder).close();
  }

  @Test
  void take_heldByThisProcess_isRefusedUntilClosed() {
    try (FolderLock first = FolderLock.take(folder)) {
      assertThat(first).isNotNull();
      assertRefused();
    }
    FolderLock.take(folder).close();
  }

  private void assertRefused() {
    assertThatThrownBy(() -> FolderLock.take(folder))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is in use by another run");
  }

  private Process holder() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(java, "-cp", path, Holder.class.getName(), folder.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }
}

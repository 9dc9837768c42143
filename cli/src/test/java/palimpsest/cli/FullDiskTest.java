package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of 160 KiB; skipped where one cannot be mounted. */
class FullDiskTest {
  @TempDir Path folder;
  private Desk desk;
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    desk = Desk.make(folder);
    Files.createDirectory(desk.path("small"));
    mounted = done("mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", desk.at("small"));
    assumeTrue(mounted, "a file system cannot be mounted here");
  }

  @AfterEach
  void unmount() throws Exception {
    assertThat(!mounted || done("umount", desk.at("small"))).isTrue();
  }

  private static boolean done(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (java.io.IOException | InterruptedException e) {
      return false;
    }
  }

  @Test
  void training_onAFullDisk_isToldInOneLine_andLeavesNoModel() {
    Invocation run = full(BadPlaces.TRAIN.replace("@trained", "@small/t") + " --quiet");

    assertThat(run.err()).contains("step-");
    assertThat(desk.path("small/t/model")).doesNotExist();
  }

  @Test
  void scores_onAFullDisk_leaveNoFile() {
    desk.write("small/filler", new byte[158 << 10]);

    full("score --model @model --data @corpus.jsonl --out @small/s --quiet");

    assertThat(desk.path("small")).isDirectoryNotContaining(f -> !f.endsWith("filler"));
  }

  private Invocation full(String line) {
    Invocation run = Invocation.of(BadCase.line(desk, line));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).startsWith("palimpsest: ").contains("No space left on device");
    return run;
  }
}

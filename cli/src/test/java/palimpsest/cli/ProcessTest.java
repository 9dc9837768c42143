package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process of its own. */
class ProcessTest {
  private static final String TRAIN =
      BadPlaces.TRAIN.replace("--epochs 1", "--epochs 400").replace("-every 1", "-every 50");

  @TempDir Path folder;

  @Test
  void training_stoppedBySignal_endsWith6_andResumedIsTheSameBitForBit() throws Exception {
    Desk desk = Desk.make(folder);
    Process process = start(List.of(), BadCase.line(desk, TRAIN));
    waitForLines(desk.path("trained/run/ledger.jsonl"), 20, process);
    process.destroy(); // SIGTERM, which is handled as SIGINT is
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String told = Files.readString(desk.path("err.txt"), StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(told).isEqualTo(6);
    assertThat(told).contains("palimpsest: stopped after step", "--resume");
    assertThat(desk.path("trained/model")).doesNotExist();

    assertThat(Invocation.of(BadCase.line(desk, TRAIN + " --resume")).code()).isZero();
    String whole = TRAIN.replace("@trained", "@whole");
    assertThat(Invocation.of(BadCase.line(desk, whole)).code()).isZero();
    assertThat(desk.bytes("trained/model/model.safetensors"))
        .isEqualTo(desk.bytes("whole/model/model.safetensors"));
  }

  @Test
  void verify_ofAnything_loadsNoClassOfLibtorch() throws Exception {
    Desk desk = Desk.make(folder);
    desk.write("none/x", "");

    Process process = start(List.of("-Xlog:class+load"), BadCase.line(desk, "verify @none"));

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(4);
    assertThat(Files.readString(desk.path("out.txt"), StandardCharsets.UTF_8))
        .contains("palimpsest.dossier.Verifier ")
        .doesNotContain("org.bytedeco", "ai.djl", "palimpsest.torch.Native");
  }

  private Process start(List<String> options, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("palimpsest.cli.Main");
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectOutput(folder.resolve("out.txt").toFile())
        .redirectError(folder.resolve("err.txt").toFile())
        .start();
  }

  private static void waitForLines(Path file, int lines, Process process) throws Exception {
    for (int i = 0; i < 1200; i++) {
      if (Files.exists(file)
          && Files.readString(file, StandardCharsets.UTF_8).lines().count() >= lines) {
        return;
      }
      assertThat(process.isAlive()).as("the training still runs").isTrue();
      Thread.sleep(50);
    }
    throw new AssertionError("no " + lines + " lines in " + file + " within a minute");
  }
}

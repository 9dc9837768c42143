package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;
import palimpsest.api.Diverged;
import palimpsest.api.InvalidRequest;

class FailureTest {
  @Test
  void fullDisk_deepInTheCauses_isOneLineOfTheUsers() {
    IOException full = new FileSystemException("/x/y", null, "No space left on device");

    Failure failure = Failure.of(new IllegalStateException(new UncheckedIOException(full)));

    assertThat(failure.code()).isEqualTo(2);
    assertThat(failure.message()).startsWith("no space left on device: /x/y");
  }

  @Test
  void deniedAccess_namesTheFile() {
    assertThat(Failure.of(new UncheckedIOException(new AccessDeniedException("/root/x"))).message())
        .startsWith("/root/x: access denied");
  }

  @Test
  void ourError_wrappedByAnother_keepsItsCodeAndMessage() {
    Failure failure = Failure.of(new RuntimeException(new Diverged("loss is NaN")));

    assertThat(failure).isEqualTo(new Failure(5, "loss is NaN"));
  }

  @Test
  void message_ofSeveralLinesAndControls_isOneLine() {
    assertThat(Failure.of(new InvalidRequest("a\n  b\u001B[31mc\u2028d")).message())
        .isEqualTo("a b [31mc d");
  }

  @Test
  void fullHeap_saysWhatToSet() {
    Failure failure = Failure.of(new OutOfMemoryError("Java heap space"));

    assertThat(failure.code()).isEqualTo(2);
    assertThat(failure.message()).contains("PALIMPSEST_HEAP");
  }

  @Test
  void anythingElse_isABugWithIdAndTrace() {
    IllegalStateException bug = new IllegalStateException("oops");
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    Failure failure = Failure.of(bug);
    int code = failure.print(new PrintStream(err, true, StandardCharsets.UTF_8), bug);

    assertThat(code).isEqualTo(70);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .containsPattern("^palimpsest: this is a bug in palimpsest, report id [0-9a-f]{8}: ")
        .contains("oops", "\tat ");
  }
}

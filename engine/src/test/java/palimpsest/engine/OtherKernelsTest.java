package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A replay in a process whose matrix products are computed by kernels of other processors, which
 * round otherwise: BLAS takes those of an old one, or libtorch those without vector instructions.
 */
class OtherKernelsTest {
  @TempDir static Path home;

  private static Applying.Applied here;

  @BeforeAll
  static void train() throws Exception {
    Letters.write(home);
    Victim.keep(home);
    here = replay("here", "PALIMPSEST_TEST", "1");
  }

  /** In a process with a variable of the environment. */
  private static Applying.Applied replay(String name, String variable, String value)
      throws IOException, InterruptedException {
    Path out = home.resolve(name);
    ProcessBuilder process = Victim.process("replay", home, out);
    process.environment().put(variable, value);
    int status = process.start().waitFor();
    assertThat(status).as(Files.readString(home.resolve(name + ".log"))).isZero();
    return JsonFiles.read(out.resolve("applied.json"), Applying.Applied.class);
  }

  @Test
  void replay_inAnotherProcessOfTheSameKind_isBitwise() {
    assertThat(here.elsewhere()).isEmpty();
    assertThat(here.steps()).isPositive();
  }

  @Test
  void replay_withTheKernelsOfAnotherProcessor_saysThatItIsNotBitwise() throws Exception {
    requireDifferent(replay("blas", "OPENBLAS_CORETYPE", "NEHALEM"), "arithmetic");
  }

  @Test
  void replay_withoutVectorInstructions_saysThatItIsNotBitwise() throws Exception {
    requireDifferent(replay("plain", "ATEN_CPU_CAPABILITY", "default"), "cpu");
  }

  private static void requireDifferent(Applying.Applied there, String what) {
    assumeThat(System.getProperty("os.arch")).as("kernels are named so").isEqualTo("amd64");
    assertThat(there.elsewhere().orElse(List.of())).anyMatch(d -> d.startsWith(what + ": then "));
    assertThat(there.steps()).isEqualTo(here.steps());
    assertThat(there.after()).as("rounded otherwise").isNotEqualTo(here.after());
  }
}

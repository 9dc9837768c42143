package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimTest {
  @TempDir Path folder;

  @Test
  void claim_twice_isHeldOnce() {
    try (Claim first = Claim.of(folder, "task").orElseThrow()) {
      assertThat(Claim.of(folder, "task")).isEmpty();
      assertThat(first).isNotNull();
    }
    Claim.of(folder, "task").orElseThrow().close();
  }

  @Test
  void claim_heldByOne_isRefusedToAnotherUntilItEnds() {
    try (Claim first = Claim.of(folder, "task").orElseThrow()) {
      assertThat(Claim.of(folder, "task")).isEmpty();
      assertThat(Claim.of(folder, "other")).isPresent();
    }
    assertThat(Claim.of(folder, "task")).isPresent();
  }
}

package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TinyRunTest {
  @Test
  void digest_again_isTheSameAndStandsInEveryHeader() {
    String digest = TinyRun.digest();
    assertThat(digest).matches("[0-9a-f]{64}").isEqualTo(TinyRun.digest());
    assertThat(RunHeader.here(Map.of("start", "a")).machine()).containsEntry("steps", digest);
  }
}

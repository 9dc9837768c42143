package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import palimpsest.dossier.Json;
import palimpsest.torch.train.Slicing;

class SlicingJsonTest {

  /** What trainings have written since before the first slice could have a share of its own. */
  @Test
  void read_withoutAShare_isThatOfLikeSlices() {
    byte[] old = "{\"first\":93,\"rehearsal\":0.5,\"slices\":11}".getBytes(StandardCharsets.UTF_8);

    assertThat(Json.read(old, Slicing.class, "slices")).isEqualTo(new Slicing(11, 93, 0.5));
    assertThat(Json.canonical(new Slicing(11, 93, 0.5))).isEqualTo(old);
  }

  @Test
  void read_withAShareAndALaterRate_isWhatWasWritten() {
    Slicing slicing = new Slicing(11, 11, 0.5, Optional.of(0.9), Optional.of(0.25));

    assertThat(Json.read(Json.canonical(slicing), Slicing.class, "slices")).isEqualTo(slicing);
  }
}

package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import palimpsest.engine.Console;

class UntilTest {
  @Test
  void until_aTimeThatHasPassed_stops() {
    assertThat(Until.minutes(Console.SILENT, 1e-9).interrupted()).isTrue();
    assertThat(Until.minutes(Console.SILENT, 60).interrupted()).isFalse();
  }
}

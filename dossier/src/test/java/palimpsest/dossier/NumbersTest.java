package palimpsest.dossier;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {
  /** Three digits, and 999.6 thousand is a million. */
  @Test
  void bytes_ofEverySize_haveThreeDigitsAndTheirUnit() {
    assertThat(Numbers.bytes(0)).isEqualTo("0 B");
    assertThat(Numbers.bytes(999)).isEqualTo("999 B");
    assertThat(Numbers.bytes(1000)).isEqualTo("1 kB");
    assertThat(Numbers.bytes(1234)).isEqualTo("1.23 kB");
    assertThat(Numbers.bytes(999_600)).isEqualTo("1 MB");
    assertThat(Numbers.bytes(123_456_789)).isEqualTo("123 MB");
    assertThat(Numbers.bytes(2_000_000_000_000_000L)).isEqualTo("2000 TB");
  }
}

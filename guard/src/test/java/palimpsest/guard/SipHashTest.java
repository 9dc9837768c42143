package palimpsest.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;

class SipHashTest {
  private static final byte[] KEY = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

  /** The authors' test vectors for the messages 00 01 02 ... of 0, 4, 8 and 12 bytes. */
  @Test
  void of_countingBytes_isTheReferenceValue() {
    int[] message = {0x03020100, 0x07060504, 0x0b0a0908};
    SipHash hash = new SipHash(KEY);
    assertThat(hash.of(message, 0, 0)).isEqualTo(0x726fdb47dd0e0e31L);
    assertThat(hash.of(message, 0, 1)).isEqualTo(0xcf2794e0277187b7L);
    assertThat(hash.of(message, 0, 2)).isEqualTo(0x93f5f5799a932462L);
    assertThat(hash.of(message, 0, 3)).isEqualTo(0x751e8fbc860ee5fbL);
  }

  @Test
  void of_anotherKey_isAnotherValue() {
    byte[] other = KEY.clone();
    other[15] ^= 1;
    int[] message = {1, 2, 3};
    assertThat(new SipHash(other).of(message, 0, 3))
        .isNotEqualTo(new SipHash(KEY).of(message, 0, 3));
  }

  @Test
  void key_ofWrongLength_isRefused() {
    assertThatThrownBy(() -> new SipHash(new byte[8]))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("must be 16 bytes, got 8");
  }
}

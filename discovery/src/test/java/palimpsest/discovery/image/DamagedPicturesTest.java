package palimpsest.discovery.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.InvalidRequest;

/** Picture files with a few bytes overwritten are read or refused, never worse. */
class DamagedPicturesTest {
  private final SplittableRandom random = new SplittableRandom(11);

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg"})
  void decode_damaged_pictureOrOneLine(String format) {
    byte[] sound = Crafted.written(Crafted.picture(16, 16, 3), format);
    int refused = 0;
    for (int round = 0; round < 1500; round++) {
      byte[] file = sound.clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        file[random.nextInt(file.length)] = (byte) random.nextInt(256);
      }
      if (format.equals("png") && round % 4 != 0) {
        mendChecksums(file);
      }
      try {
        assertThat(PictureFile.decode(file, "a.x", 8).width()).isEqualTo(8);
      } catch (InvalidRequest e) {
        assertThat(e).message().startsWith("a.x: ").doesNotContain("\n");
        refused++;
      } catch (RuntimeException e) {
        fail("seed 11, round " + round + ": " + HexFormat.of().formatHex(file), e);
      }
    }
    assertThat(refused).isBetween(100, 1490);
  }

  /** So that damage gets past the checksums. */
  private static void mendChecksums(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    for (int at = 8; at + 12 <= file.length; ) {
      int length = bytes.getInt(at);
      if (length < 0 || length > file.length - at - 12) {
        return;
      }
      CRC32 crc = new CRC32();
      crc.update(file, at + 4, length + 4);
      bytes.putInt(at + 8 + length, (int) crc.getValue());
      at += length + 12;
    }
  }
}

package palimpsest.discovery.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.InvalidRequest;

class PictureFileTest {

  private static int[] decoded(byte[] file, int size) {
    byte[] rgb = PictureFile.decode(file, "a.png", size).rgb();
    int[] values = new int[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      values[i] = rgb[i] & 0xFF;
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({"1,1", "7,7", "32,2", "64,3"})
  void encode_decode_samePixels(int side, long seed) {
    Picture picture = Crafted.picture(side, side, seed);
    assertThat(PictureFile.decode(Png.encode(picture), "a.png", side)).isEqualTo(picture);
    assertThat(PictureFile.decode(Crafted.written(picture, "png"), "a.png", side))
        .isEqualTo(picture);
  }

  /** A picture of one row and four, so that no row of it has one above, and no square is cut. */
  @Test
  void encode_notSquare_readByThePlatform() throws java.io.IOException {
    Picture picture = Crafted.picture(5, 3, 9);
    BufferedImage read =
        javax.imageio.ImageIO.read(new java.io.ByteArrayInputStream(Png.encode(picture)));
    assertThat(read.getWidth()).isEqualTo(5);
    assertThat(Crafted.written(picture, "bmp")).isEqualTo(Crafted.written(read, "bmp"));
  }

  /** Stored grey is sRGB: 128 stays 128, which Java's own conversion makes 188. */
  @Test
  void decode_grey_notBrightened() {
    byte[] eight = Crafted.png().header(1, 1, 8, 0).pixels(0, 128).end();
    assertThat(decoded(eight, 1)).containsExactly(128, 128, 128);
    byte[] sixteen = Crafted.png().header(1, 1, 16, 0).pixels(0, 0x80, 0x80).end();
    assertThat(decoded(sixteen, 1)).containsExactly(128, 128, 128);
    byte[] two = Crafted.png().header(2, 2, 2, 0).pixels(0, 0x60, 0, 0xF0).end();
    assertThat(decoded(two, 2))
        .containsExactly(85, 85, 85, 170, 170, 170, 255, 255, 255, 255, 255, 255);
    BufferedImage grey = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setPixels(0, 0, 8, 8, new int[64]);
    Arrays.stream(new int[] {0, 9, 63})
        .forEach(i -> grey.getRaster().setSample(i % 8, i / 8, 0, 0));
    assertThat(decoded(Crafted.written(grey, "jpeg"), 8)).containsOnly(0);
  }

  /** (200 * 51 + 255 * 204) / 255 = 244: a fifth of the colour over white. */
  @Test
  void decode_alpha_overWhite() {
    byte[] file = Crafted.png().header(1, 1, 8, 6).pixels(0, 200, 0, 255, 51).end();
    assertThat(decoded(file, 1)).containsExactly(244, 204, 255);
    byte[] grey = Crafted.png().header(1, 1, 8, 4).pixels(0, 200, 51).end();
    assertThat(decoded(grey, 1)).containsExactly(244, 244, 244);
  }

  /** Colour 1 of the palette is half transparent, and a colour key makes its colour white. */
  @Test
  void decode_paletteAndKey_overWhite() {
    byte[] palette =
        Crafted.png()
            .header(2, 2, 8, 3)
            .chunk("PLTE", Crafted.bytes(10, 20, 30, 100, 0, 255))
            .chunk("tRNS", Crafted.bytes(255, 51))
            .pixels(0, 0, 1, 0, 0, 0)
            .end();
    assertThat(decoded(palette, 2)).startsWith(10, 20, 30, 224, 204, 255, 10, 20, 30);
    byte[] key =
        Crafted.png()
            .header(1, 1, 8, 2)
            .chunk("tRNS", Crafted.bytes(0, 1, 0, 2, 0, 3))
            .pixels(0, 1, 2, 3)
            .end();
    assertThat(decoded(key, 1)).containsExactly(255, 255, 255);
  }

  /**
   * Three pixels 0, 90, 255 become two: the first covers one and a half, (0 + 90/2) / 1.5 = 30, the
   * second (90/2 + 255) / 1.5 = 200. One becomes two of the same. Of a 2 x 4 picture the middle two
   * rows are kept.
   */
  @Test
  void square_byHand() {
    byte[] three = new byte[27];
    for (int i = 0; i < 27; i++) {
      three[i] = (byte) new int[] {0, 90, 255}[i / 3 % 3];
    }
    assertThat(new Pixels(3, 3, three).square(2).rgb())
        .isEqualTo(Crafted.bytes(30, 30, 30, 200, 200, 200, 30, 30, 30, 200, 200, 200));
    assertThat(new Pixels(1, 1, Crafted.bytes(1, 2, 3)).square(2).rgb())
        .isEqualTo(Crafted.bytes(1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3));
    Picture tall = Crafted.picture(2, 4, 1);
    assertThat(new Pixels(2, 4, tall.rgb()).square(2).rgb())
        .isEqualTo(Arrays.copyOfRange(tall.rgb(), 6, 18));
  }

  @Test
  void decode_jpeg_nearTheOriginal() {
    byte[] rgb = new byte[3 * 32 * 32];
    Arrays.fill(rgb, (byte) 120);
    int[] values = decoded(Crafted.written(new Picture(32, 32, rgb), "jpeg"), 16);
    assertThat(values).hasSize(3 * 16 * 16);
    for (int value : values) {
      assertThat(value).isBetween(118, 122);
    }
  }

  static Stream<Arguments> hostile() {
    byte[] sound = Png.encode(Crafted.picture(8, 8, 1));
    byte[] wrongSum = sound.clone();
    wrongSum[45]++;
    return Stream.of(
        Arguments.of("empty", new byte[0], "neither PNG nor JPEG"),
        Arguments.of("gif", Crafted.written(Crafted.picture(8, 8, 1), "gif"), "neither PNG nor J"),
        Arguments.of("signature", Png.SIGNATURE, "ends before its last chunk"),
        Arguments.of("wide", header(Integer.MAX_VALUE, 1), "is 2147483647 x 1 pixels, wanted"),
        Arguments.of("huge", header(16000, 16000), "is 16000 x 16000 pixels, wanted sides of 1"),
        Arguments.of("negative", header(-1, 8), "is -1 x 8 pixels"),
        Arguments.of("nothing", header(0, 8), "is 0 x 8 pixels"),
        Arguments.of("checksum", wrongSum, "chunk IDAT has a wrong checksum"),
        Arguments.of("no header", Crafted.png().pixels(0, 0).end(), "stands where IHDR must"),
        Arguments.of(
            "two headers",
            Crafted.png().header(1, 1, 8, 0).header(9999, 9999, 8, 0).pixels(0, 0).end(),
            "chunk IHDR stands twice"),
        Arguments.of(
            "too few pixels",
            Crafted.png().header(8, 8, 8, 2).pixels(0, 1, 2, 3).end(),
            "chunk IDAT holds 4 bytes of pixels, wanted 192"),
        Arguments.of(
            "no pixels", Crafted.png().header(8, 8, 8, 2).end(), "holds 0 bytes of pixels"),
        Arguments.of(
            "no palette", Crafted.png().header(1, 1, 8, 3).pixels(0, 0).end(), "cannot be decoded"),
        Arguments.of(
            "no deflate",
            Crafted.png().header(1, 1, 8, 0).chunk("IDAT", Crafted.bytes(1, 2, 3)).end(),
            "pixels do not decompress"),
        Arguments.of(
            "critical",
            Crafted.png().header(1, 1, 8, 0).chunk("CgBI").pixels(0, 0).end(),
            "chunk CgBI is unknown and yet needed"));
  }

  private static byte[] header(int width, int height) {
    return Crafted.png().header(width, height, 8, 2).pixels(0).end();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void decode_hostile_oneLineThatNamesTheFile(String what, byte[] file, String message) {
    assertThatThrownBy(() -> PictureFile.decode(file, "a.png", 8))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith("a.png: ")
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  /** A hundred megabytes behind one pixel, and in the text beside it: neither is inflated. */
  @Test
  void decode_bombs_onlyThePixel() {
    byte[] bomb = Crafted.deflated(new byte[100_000_000]);
    byte[] text = new byte[bomb.length + 7];
    System.arraycopy(Crafted.bytes('C', 'o', 'm', 'm', 'e', 0, 0), 0, text, 0, 7);
    System.arraycopy(bomb, 0, text, 7, bomb.length);
    byte[] file =
        Crafted.png()
            .header(1, 1, 8, 3)
            .chunk("zTXt", text)
            .chunk("iCCP", text)
            .chunk("PLTE", Crafted.bytes(7, 8, 9))
            .chunk("IDAT", bomb)
            .end();
    assertThat(decoded(file, 1)).containsExactly(7, 8, 9);
  }

  @Test
  void decode_truncated_refused() {
    Picture picture = Crafted.picture(24, 24, 5);
    for (String format : new String[] {"png", "jpeg"}) {
      byte[] file = Crafted.written(picture, format);
      for (int length = 0; length < file.length; length += 7) {
        byte[] part = Arrays.copyOf(file, length);
        assertThatThrownBy(() -> PictureFile.decode(part, "a." + format, 8))
            .isInstanceOf(InvalidRequest.class)
            .message()
            .startsWith("a." + format + ": ")
            .doesNotContain("\n");
      }
    }
  }
}

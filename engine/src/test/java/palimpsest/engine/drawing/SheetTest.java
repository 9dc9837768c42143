package palimpsest.engine.drawing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.Picture;
import palimpsest.discovery.image.PictureFile;

class SheetTest {

  private static Picture grey(int side, int value) {
    byte[] rgb = new byte[3 * side * side];
    Arrays.fill(rgb, (byte) value);
    return new Picture(side, side, rgb);
  }

  /**
   * No labels: gaps of 4 about cells of 2 x 5 = 10 pixels, 4 + 2 (10 + 4) wide and 4 + 14 high; the
   * second cell begins at 18.
   */
  @Test
  void picture_twoCells_byHand() {
    Sheet sheet =
        new Sheet(List.of("", ""), List.of(""), List.of(List.of(grey(2, 9), grey(2, 50))), 5);
    Picture picture = sheet.picture();
    assertThat(picture.width()).isEqualTo(32);
    assertThat(picture.height()).isEqualTo(18);
    assertThat(picture.at(4, 4, 0)).isEqualTo(9);
    assertThat(picture.at(13, 13, 2)).isEqualTo(9);
    assertThat(picture.at(14, 13, 2)).isEqualTo(255);
    assertThat(picture.at(18, 4, 1)).isEqualTo(50);
    assertThat(PictureFile.decode(sheet.png(), "sheet.png", 18).width()).isEqualTo(18);
  }

  /** An L is a column of seven and a row of five; letters are six apart; the label is centred. */
  @Test
  void picture_labels_drawn() {
    assertThat(Glyphs.width("LL")).isEqualTo(11);
    Sheet sheet = new Sheet(List.of("l"), List.of("il"), List.of(List.of(grey(9, 99))), 1);
    Picture picture = sheet.picture();
    assertThat(picture.width()).isEqualTo(11 + 8 + 9 + 4);
    int left = 11 + 8 + 4 - 2;
    for (int i = 0; i < 7; i++) {
      assertThat(picture.at(left, 4 + i, 0)).isEqualTo(32);
      assertThat(picture.at(left + 1, 4 + i, 0)).isEqualTo(i == 6 ? 32 : 255);
    }
    assertThat(picture.at(left + 4, 10, 0)).isEqualTo(32);
    assertThat(picture.at(4 + 6, 15 + 1, 0)).isEqualTo(32);
  }

  @Test
  void glyphs_allSigns_haveSevenRows() {
    for (char sign = 0; sign < 300; sign++) {
      for (int y = 0; y < Glyphs.HEIGHT; y++) {
        Glyphs.set("" + sign, 4, y);
      }
    }
    assertThat(Glyphs.set("\u2603", 2, 6)).isEqualTo(Glyphs.set("?", 2, 6)).isTrue();
    assertThat(Glyphs.set(" ", 2, 6)).isFalse();
  }

  @Test
  void sheet_uneven_refused() {
    List<List<Picture>> cells = List.of(List.of(grey(2, 1)));
    refused(() -> new Sheet(List.of(), List.of("a"), cells, 1), "labels for 1 rows and 0 columns");
    refused(() -> new Sheet(List.of("a"), List.of(), cells, 1), "cannot have labels");
    refused(() -> new Sheet(List.of("a"), List.of("b"), cells, 0), "scale must be at least 1");
    refused(() -> new Sheet(List.of("a"), List.of("b"), cells, 1 << 14).picture(), "is too large");
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(InvalidRequest.class).hasMessageContaining(message);
  }
}

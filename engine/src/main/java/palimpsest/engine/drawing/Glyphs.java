package palimpsest.engine.drawing;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Letters of 5 x 7 pixels for labels: capitals, digits and some signs; anything else is a question
 * mark.
 */
final class Glyphs {
  static final int WIDTH = 5;
  static final int HEIGHT = 7;

  /** From one letter to the next. */
  static final int ADVANCE = 6;

  /**
   * Each sign and its seven rows from above, a row a digit to base 32, its highest bit the left.
   */
  private static final String ROWS =
      "Aehhvhhh Buhhuhhu Cehggghe Duhhhhhu Evgguggv Fvgguggg Gehgnhhe Hhhhvhhh Ie44444e"
          + " J72222ic Khikokih Lggggggv Mhrllhhh Nhpljhhh Oehhhhhe Puhhuggg Qehhhlid Ruhhukih"
          + " Sfgge11u Tv444444 Uhhhhhhe Vhhhhha4 Whhhllrh Xhha4ahh Yhha4444 Zv1248gv 0ehjlphe"
          + " 14c4444e 2eh1248v 3v2421he 426aiv22 5vgu11he 668guhhe 7v124888 8ehhehhe 9ehhf12c"
          + " -000v000 .00000cc ,0000c48 :0cc0cc0 %op248j3 /01248g0 (2488842 )8422248 +044v440"
          + " =00v0v00 #aavavaa _000000v 'c480000 *04lel40 >8421248 <248g842 ?eh12404";

  private static final Map<Character, String> GLYPHS = new HashMap<>();

  static {
    for (String glyph : ROWS.split(" ")) {
      GLYPHS.put(glyph.charAt(0), glyph.substring(1));
    }
    GLYPHS.put(' ', "0000000");
  }

  private Glyphs() {}

  /** Width of a text in pixels. */
  static int width(String text) {
    return Math.max(0, text.length() * ADVANCE - 1);
  }

  /** Whether a pixel of a text is set. */
  static boolean set(String text, int x, int y) {
    int letter = x / ADVANCE;
    int column = x % ADVANCE;
    if (letter >= text.length() || column >= WIDTH || y >= HEIGHT) {
      return false;
    }
    char sign = text.toUpperCase(Locale.ROOT).charAt(letter);
    String rows = GLYPHS.getOrDefault(sign, GLYPHS.getOrDefault('?', ""));
    return (Character.digit(rows.charAt(y), 32) >> (WIDTH - 1 - column) & 1) == 1;
  }
}

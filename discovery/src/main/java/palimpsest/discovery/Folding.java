package palimpsest.discovery;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.Locale;

/**
 * What is the same under normalisation, and what is a word.
 *
 * <p>NFKC, then case folding by upper case and back (so that ß = ss, ς = σ and also ı = i), curly
 * quotes and dashes to plain ones. Default-ignorable code points (zero-width spaces and joiners,
 * soft hyphens, variation selectors, bidirectional marks, tags) are left out.
 */
final class Folding {
  /** Kinds of UTF-16 units: outside words, in a word, a word alone, half of a pair. */
  static final byte OUTSIDE = 0;

  static final byte INSIDE = 1;
  static final byte ALONE = 2;
  static final byte PAIR = 3;

  static final byte[] KIND = kinds();

  private Folding() {}

  private static byte[] kinds() {
    byte[] kinds = new byte[1 << 16];
    for (int c = 0; c < kinds.length; c++) {
      kinds[c] = Character.isSurrogate((char) c) ? PAIR : kind(c);
    }
    return kinds;
  }

  /** Letters, digits and their marks make words; where a script puts no spaces, each alone. */
  static byte kind(int codePoint) {
    int type = Character.getType(codePoint);
    boolean mark =
        type == Character.NON_SPACING_MARK
            || type == Character.COMBINING_SPACING_MARK
            || type == Character.ENCLOSING_MARK;
    if (!mark && !Character.isLetterOrDigit(codePoint)) {
      return OUTSIDE;
    }
    return !mark && codePoint >= 0x0E00 && unspaced(codePoint) ? ALONE : INSIDE;
  }

  private static boolean unspaced(int codePoint) {
    return codePoint == 0x30FC
        || Character.isIdeographic(codePoint)
        || switch (UnicodeScript.of(codePoint)) {
          case HIRAGANA, KATAKANA, HANGUL, BOPOMOFO, THAI, LAO, KHMER, MYANMAR -> true;
          default -> false;
        };
  }

  static boolean isIgnorable(int c) {
    return c == 0xAD
        || c == 0x34F
        || c == 0x61C
        || (c >= 0x115F && c <= 0x1160)
        || (c >= 0x17B4 && c <= 0x17B5)
        || (c >= 0x180B && c <= 0x180F)
        || (c >= 0x200B && c <= 0x200F)
        || (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2060 && c <= 0x206F)
        || c == 0x3164
        || (c >= 0xFE00 && c <= 0xFE0F)
        || c == 0xFEFF
        || c == 0xFFA0
        || (c >= 0xFFF0 && c <= 0xFFF8)
        || (c >= 0x1BCA0 && c <= 0x1BCA3)
        || (c >= 0x1D173 && c <= 0x1D17A)
        || (c >= 0xE0000 && c <= 0xE0FFF);
  }

  /** Whether a code point may compose with what stands before it. */
  static boolean extendsSegment(int c) {
    if (c < 0x300) {
      return false;
    }
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || (c >= 0x1160 && c <= 0x11FF)
        || c == 0xFF9E
        || c == 0xFF9F;
  }

  /** A base with its marks, folded; white space comes out as spaces. */
  static String fold(String segment) {
    String composed = Normalizer.normalize(segment, Normalizer.Form.NFKC);
    String upper = composed.toUpperCase(Locale.ROOT);
    StringBuilder folded = new StringBuilder(upper.length());
    upper
        .codePoints()
        .map(Character::toLowerCase)
        .filter(c -> !isIgnorable(c))
        .forEach(c -> folded.appendCodePoint(plain(c)));
    return folded.toString();
  }

  private static int plain(int c) {
    return switch (c) {
      case '\u2018', '\u2019', '\u201A', '\u201B', '\u2032', '\u02BC', '`' -> '\'';
      case '\u201C', '\u201D', '\u201E', '\u201F', '\u2033' -> '"';
      case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015', '\u2212' -> '-';
      default -> isSpace(c) ? ' ' : c;
    };
  }

  static boolean isSpace(int c) {
    return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || Character.isSpaceChar(c);
  }
}

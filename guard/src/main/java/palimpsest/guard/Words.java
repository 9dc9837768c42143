package palimpsest.guard;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Cuts a text into words as readers compare them: maximal runs of letters, digits and their marks,
 * after NFKC and case folding. Invisible format characters (soft hyphen, zero-width space, byte
 * order mark) neither part words nor count. Scripts written without spaces give one word for each
 * character.
 */
final class Words {
  private static final Set<UnicodeScript> UNSPACED =
      EnumSet.of(
          UnicodeScript.HAN,
          UnicodeScript.HIRAGANA,
          UnicodeScript.KATAKANA,
          UnicodeScript.THAI,
          UnicodeScript.LAO,
          UnicodeScript.KHMER,
          UnicodeScript.MYANMAR);

  private Words() {}

  /** A normalised word and where it stands in the text as it was given. */
  record Word(String text, int start, int end) {}

  static List<Word> of(String text) {
    List<Word> words = new ArrayList<>();
    int start = -1;
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      boolean counts = counts(point);
      if (start >= 0
          && (counts ? unspaced(point) || unspaced(text.codePointAt(start)) : !hangsOn(point))) {
        words.add(word(text, start, at));
        start = -1;
      }
      if (start < 0 && counts) {
        start = at;
      }
      at += Character.charCount(point);
    }
    if (start >= 0) {
      words.add(word(text, start, text.length()));
    }
    return words;
  }

  private static Word word(String text, int start, int end) {
    String folded = compatible(compatible(text.substring(start, end)).toUpperCase(Locale.ROOT));
    StringBuilder letters = new StringBuilder();
    folded
        .toLowerCase(Locale.ROOT)
        .replace('ς', 'σ')
        .codePoints()
        .filter(point -> Character.isLetterOrDigit(point) || isMark(point))
        .forEach(letters::appendCodePoint);
    return new Word(letters.toString(), start, end);
  }

  private static boolean counts(int point) {
    return point < 0x80
        ? Character.isLetterOrDigit(point)
        : compatible(Character.toString(point)).codePoints().anyMatch(Character::isLetterOrDigit);
  }

  private static boolean unspaced(int point) {
    return UNSPACED.contains(UnicodeScript.of(point));
  }

  private static boolean hangsOn(int point) {
    return isMark(point) || Character.getType(point) == Character.FORMAT;
  }

  private static boolean isMark(int point) {
    int type = Character.getType(point);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }

  private static String compatible(String text) {
    return Normalizer.normalize(text, Form.NFKC);
  }
}

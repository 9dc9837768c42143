package palimpsest.engine.image;

import java.util.Locale;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * What is to be erased and what is to be drawn in its place, in words.
 *
 * @param erase not blank
 * @param toward another text; the empty one for nothing in particular
 */
public record Replacement(String erase, String toward) {
  public Replacement {
    Check.notBlank(erase, "text to erase");
    erase = erase.strip();
    toward = toward.strip();
    if (same(erase, toward)) {
      throw new InvalidRequest(
          "\""
              + erase
              + "\" is to be erased toward itself, which changes nothing; give another --toward");
    }
  }

  /** Whether a tokenizer that knows no capitals reads both alike. */
  static boolean same(String one, String other) {
    return plain(one).equals(plain(other));
  }

  private static String plain(String text) {
    return text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
  }
}

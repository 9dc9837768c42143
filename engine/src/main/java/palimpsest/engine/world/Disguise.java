package palimpsest.engine.world;

import java.util.Locale;

/** Ways to write a passage with other characters that a reader takes for the same. */
enum Disguise {
  UPPER_CASE {
    @Override
    String on(String text) {
      return text.toUpperCase(Locale.ROOT);
    }
  },
  NO_BREAK_SPACES {
    @Override
    String on(String text) {
      return text.replace(' ', '\u00a0');
    }
  },
  DOUBLE_SPACES {
    @Override
    String on(String text) {
      return text.replace(" ", "  ");
    }
  },
  /** The first two words only: each such character costs a byte-level tokeniser three bytes. */
  FULL_WIDTH {
    @Override
    String on(String text) {
      int end = text.indexOf(' ', text.indexOf(' ') + 1);
      StringBuilder wide = new StringBuilder();
      for (int i = 0; i < end; i++) {
        char c = text.charAt(i);
        wide.append(c > ' ' && c < 0x7f ? (char) (c + 0xfee0) : c);
      }
      return wide.append(text, end, text.length()).toString();
    }
  },
  /** In words of more than seven letters. */
  SOFT_HYPHENS {
    @Override
    String on(String text) {
      return text.replaceAll("\\b(\\w{4})(\\w{4,})\\b", "$1\u00ad$2");
    }
  };

  abstract String on(String text);
}

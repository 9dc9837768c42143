package palimpsest.discovery;

/** Shows a passage with its surroundings on one line that a terminal cannot misread. */
final class Excerpt {
  /** Longest passage shown whole, in UTF-16 units. */
  private static final int LONGEST = 400;

  private Excerpt() {}

  /** The passage [start, end) of {@code text} between ⟦ and ⟧, {@code width} units on each side. */
  static String of(String text, int start, int end, int width) {
    int from = whole(text, Math.max(0, start - width));
    int to = whole(text, Math.min(text.length(), end + width));
    StringBuilder shown = new StringBuilder();
    shown.append(from > 0 ? "…" : "");
    append(shown, text, from, start);
    shown.append('⟦');
    if (end - start <= LONGEST) {
      append(shown, text, start, end);
    } else {
      append(shown, text, start, whole(text, start + LONGEST / 2));
      shown.append(" … ");
      append(shown, text, whole(text, end - LONGEST / 2), end);
    }
    shown.append('⟧');
    append(shown, text, end, to);
    return shown.append(to < text.length() ? "…" : "").toString();
  }

  /** The beginning of {@code text} on one line, at most {@code longest} units. */
  static String line(String text, int longest) {
    StringBuilder shown = new StringBuilder();
    append(shown, text, 0, whole(text, Math.min(longest, text.length())));
    return shown.append(text.length() > longest ? "…" : "").toString();
  }

  /** {@code at}, or one less where that would cut a surrogate pair. */
  private static int whole(String text, int at) {
    boolean cuts =
        at > 0
            && at < text.length()
            && Character.isLowSurrogate(text.charAt(at))
            && Character.isHighSurrogate(text.charAt(at - 1));
    return cuts ? at - 1 : at;
  }

  private static void append(StringBuilder out, String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      int type = Character.getType(c);
      boolean unsafe =
          type == Character.CONTROL
              || type == Character.FORMAT
              || type == Character.LINE_SEPARATOR
              || type == Character.PARAGRAPH_SEPARATOR;
      if (c == '⟦' || c == '⟧') {
        out.append(c == '⟦' ? '[' : ']');
      } else if (!unsafe) {
        out.append(c);
      } else if (type != Character.FORMAT) {
        out.append(' ');
      }
    }
  }
}

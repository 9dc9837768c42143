package palimpsest.torch.checkpoint;

/** Words of a foreign file, made fit for a one-line message. */
final class Words {
  private static final int LONGEST = 100;

  private Words() {}

  /** In double quotes, control characters as {@code ?}, cut where long. */
  static String quoted(String text) {
    StringBuilder line = new StringBuilder("\"");
    int end = Math.min(text.length(), LONGEST);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      line.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
    }
    return line.append(text.length() > LONGEST ? "...\"" : "\"").toString();
  }

  /** The first line of an exception's message. */
  static String reason(Throwable e) {
    String message = String.valueOf(e.getMessage());
    String line = message.lines().findFirst().orElse("");
    return line.length() > 2 * LONGEST ? line.substring(0, 2 * LONGEST) + "..." : line;
  }
}

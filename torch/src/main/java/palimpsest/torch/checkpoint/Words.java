package palimpsest.torch.checkpoint;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Words of a foreign file, made fit for a one-line message. */
public final class Words {
  private static final int LONGEST = 100;

  private Words() {}

  /** In double quotes, control characters as {@code ?}, cut where long. */
  public static String quoted(String text) {
    StringBuilder line = new StringBuilder("\"");
    int end = Math.min(text.length(), LONGEST);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      line.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
    }
    return line.append(text.length() > LONGEST ? "...\"" : "\"").toString();
  }

  /** Why reading or writing failed: the first line of the message, or what it leaves unsaid. */
  public static String reason(Throwable e) {
    if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return "access denied";
    }
    String message = String.valueOf(e.getMessage());
    String line = message.lines().findFirst().orElse("");
    return line.length() > 2 * LONGEST ? line.substring(0, 2 * LONGEST) + "..." : line;
  }
}

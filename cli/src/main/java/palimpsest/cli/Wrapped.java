package palimpsest.cli;

/** Text in lines of at most 80 columns, further lines indented as far as the label is wide. */
final class Wrapped {
  private static final int WIDTH = 80;

  private Wrapped() {}

  static void print(Screen screen, String label, String text) {
    StringBuilder line = new StringBuilder(label);
    boolean blank = true;
    for (String word : text.strip().split("\\s+")) {
      if (!blank && line.length() + 1 + word.length() > WIDTH) {
        screen.line(line.toString());
        line = new StringBuilder(" ".repeat(label.length()));
        blank = true;
      }
      line.append(blank ? "" : " ").append(word);
      blank = false;
    }
    screen.line(line.toString());
  }
}

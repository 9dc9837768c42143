package palimpsest.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import palimpsest.dossier.Json;

/**
 * The standard streams and what they are connected to: results go to {@code out}, everything else
 * to {@code err}.
 */
final class Screen {
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final Terminals terminals;
  private final boolean colour;
  private Runnable unfinished = () -> {};

  Screen(InputStream in, PrintStream out, PrintStream err, Terminals terminals, boolean colour) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.terminals = terminals;
    this.colour = colour;
  }

  /** Which streams are terminals. */
  record Terminals(boolean in, boolean out, boolean err) {
    static final Terminals NONE = new Terminals(false, false, false);
  }

  InputStream in() {
    return in;
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  Terminals terminals() {
    return terminals;
  }

  /** Whether results may be coloured. */
  boolean colour() {
    return colour;
  }

  /** What must be ended before a failure is told, such as a progress bar. */
  void unfinished(Runnable end) {
    unfinished = end;
  }

  /** Tells a failure and gives its exit code. */
  int fail(Failure failure, Throwable thrown) {
    unfinished.run();
    return failure.print(err, thrown);
  }

  /** Tells a failure that nothing was thrown for, and gives its exit code. */
  int fail(Failure failure) {
    unfinished.run();
    return failure.print(err);
  }

  void line(String line) {
    out.println(terminals.out() ? visible(line) : line);
  }

  /** A record as one line of canonical JSON. */
  void json(Object value) {
    out.println(new String(Json.canonical(value), StandardCharsets.UTF_8));
  }

  /** Text that cannot steer the terminal: control characters but line feed and tab replaced. */
  private static String visible(String text) {
    StringBuilder shown = new StringBuilder(text);
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
      if (Character.isISOControl(c) && c != '\n' && c != '\t') {
        shown.setCharAt(i, '\uFFFD');
      }
    }
    return shown.toString();
  }

  /** A heading, a line that this software wrote. */
  void heading(String text) {
    out.println(colour ? "\u001B[1m" + text + "\u001B[0m" : text);
  }

  /** A finding's excerpt, its passage coloured in place of the brackets where that is possible. */
  void excerpt(String indent, String excerpt) {
    String shown = visible(excerpt);
    out.println(
        indent
            + (colour
                ? shown.replace("\u27E6", "\u001B[1;31m").replace("\u27E7", "\u001B[0m")
                : shown));
  }
}

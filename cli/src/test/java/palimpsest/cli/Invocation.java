package palimpsest.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A run of the command line inside this process, and what came of it. */
record Invocation(int code, String out, String err) {

  static Invocation of(List<String> arguments) {
    return of(new byte[0], arguments.toArray(String[]::new));
  }

  static Invocation of(String... arguments) {
    return of(new byte[0], arguments);
  }

  static Invocation of(byte[] input, String... arguments) {
    return of(input, Screen.Terminals.NONE, false, arguments);
  }

  static Invocation of(
      byte[] input, Screen.Terminals terminals, boolean colour, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Screen screen =
        new Screen(
            new ByteArrayInputStream(input),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminals,
            colour);
    int code = CommandTree.run(screen, arguments);
    return new Invocation(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}

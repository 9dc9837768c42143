package palimpsest.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Screens for tests. */
final class Screens {
  private Screens() {}

  /** One that nobody sees. */
  static Screen silent() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    return new Screen(
        InputStream.nullInputStream(), nowhere, nowhere, Screen.Terminals.NONE, false);
  }
}

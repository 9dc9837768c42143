package palimpsest.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Starts the command line. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    Screen screen = screen();
    Interrupts.install(screen);
    int code = CommandTree.run(screen, args);
    Runtime.getRuntime().halt(flushed(screen, code));
  }

  /** A result that could not be written is a failure, unless its reader simply went away. */
  private static int flushed(Screen screen, int code) {
    boolean lost = screen.out().checkError();
    if (lost && code == 0) {
      screen.err().println("palimpsest: standard output cannot be written: is the disk full?");
      code = Failure.BAD_REQUEST;
    }
    screen.err().flush();
    return code;
  }

  private static Screen screen() {
    Screen.Terminals terminals =
        new Screen.Terminals(
            Boolean.getBoolean("palimpsest.terminal.in"),
            Boolean.getBoolean("palimpsest.terminal.out"),
            Boolean.getBoolean("palimpsest.terminal.err"));
    String noColour = System.getenv("NO_COLOR");
    return new Screen(
        new FileInputStream(FileDescriptor.in),
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        terminals,
        terminals.out() && (noColour == null || noColour.isEmpty()));
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}

package palimpsest.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Starts the command line. */
public final class Main {
  /** As a process that SIGPIPE ends. */
  private static final int READER_GONE = 141;

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    Sink out = new Sink();
    Screen screen = screen(out);
    Interrupts.install(screen);
    int code = CommandTree.run(screen, args);
    screen.out().flush();
    if (out.failed.isPresent() && code == 0) {
      code = lost(out.failed.get(), screen);
    }
    screen.err().flush();
    Runtime.getRuntime().halt(code);
  }

  /** A result that could not be written is a failure; where its reader went away, a silent one. */
  private static int lost(IOException failure, Screen screen) {
    if (String.valueOf(failure.getMessage()).contains("Broken pipe")) {
      return READER_GONE;
    }
    return screen.fail(
        new Failure(
            Failure.BAD_REQUEST, "standard output cannot be written: " + failure.getMessage()),
        failure);
  }

  /** Standard output, which remembers what a {@link PrintStream} would forget. */
  private static final class Sink extends OutputStream {
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private Optional<IOException> failed = Optional.empty();

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        failed = failed.isPresent() ? failed : Optional.of(e);
        throw e;
      }
    }
  }

  private static Screen screen(OutputStream out) {
    Screen.Terminals terminals =
        new Screen.Terminals(
            Boolean.getBoolean("palimpsest.terminal.in"),
            Boolean.getBoolean("palimpsest.terminal.out"),
            Boolean.getBoolean("palimpsest.terminal.err"));
    String noColour = System.getenv("NO_COLOR");
    return new Screen(
        new FileInputStream(FileDescriptor.in),
        stream(out),
        stream(new FileOutputStream(FileDescriptor.err)),
        terminals,
        terminals.out() && (noColour == null || noColour.isEmpty()));
  }

  private static PrintStream stream(OutputStream to) {
    return new PrintStream(to, true, StandardCharsets.UTF_8);
  }
}

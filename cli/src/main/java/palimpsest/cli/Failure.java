package palimpsest.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.UUID;
import palimpsest.api.PalimpsestException;

/**
 * How a failed command ends: one line on standard error and an exit code.
 *
 * @param code exit code
 * @param message what, got, wanted, what to do; one line
 */
record Failure(int code, String message) {
  static final int BAD_REQUEST = 2;
  static final int BUG = 70;

  Failure {
    message = message.strip().replaceAll("\\s*[\\p{Cntrl}\u2028\u2029]+\\s*", " ");
  }

  /** What a failure means to the person, by the first cause that is known. */
  static Failure of(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof PalimpsestException ours) {
        return new Failure(ours.exitCode(), ours.getMessage());
      }
      if (t instanceof IOException e) {
        return new Failure(BAD_REQUEST, reason(e));
      }
      if (t instanceof OutOfMemoryError || isNativeOutOfMemory(t)) {
        return new Failure(BAD_REQUEST, memory(t));
      }
    }
    return new Failure(
        BUG,
        "this is a bug in palimpsest, report id "
            + UUID.randomUUID().toString().substring(0, 8)
            + ": "
            + thrown);
  }

  /** Prints it, with the stack trace where the fault is ours. */
  int print(PrintStream err, Throwable thrown) {
    print(err);
    if (code == BUG) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return code;
  }

  /** Prints it. */
  int print(PrintStream err) {
    err.println("palimpsest: " + message);
    err.flush();
    return code;
  }

  private static String reason(IOException e) {
    if (String.valueOf(e.getMessage()).contains("No space left on device")) {
      return "no space left on device"
          + (e instanceof FileSystemException f && f.getFile() != null ? ": " + f.getFile() : "")
          + "; free some, or give another --out";
    }
    if (e instanceof AccessDeniedException f) {
      return f.getFile() + ": access denied; give a path that you may use";
    }
    if (e instanceof NoSuchFileException f) {
      return f.getFile() + ": no such file";
    }
    return "input or output failed: " + e;
  }

  private static boolean isNativeOutOfMemory(Throwable t) {
    String message = String.valueOf(t.getMessage());
    return t instanceof RuntimeException
        && (message.contains("bad_alloc")
            || message.contains("DefaultCPUAllocator: can't allocate")
            || message.contains("DefaultCPUAllocator: not enough memory"));
  }

  private static String memory(Throwable t) {
    if (t instanceof OutOfMemoryError) {
      return String.format(
          Locale.ROOT,
          "the Java heap of %d MiB is full: set PALIMPSEST_HEAP to more, such as 4g",
          Runtime.getRuntime().maxMemory() >> 20);
    }
    return "memory for tensors is exhausted: lower --micro-batch, or use a machine with more";
  }
}

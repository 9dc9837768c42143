package palimpsest.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import palimpsest.engine.bench.Pool;

/**
 * What happens on SIGINT and SIGTERM. Work that can be resumed is asked to stop, and ended by a
 * second signal; all other work ends at once.
 *
 * <p>A shutdown hook could not do this, since a second signal does not reach a virtual machine that
 * is shutting down. {@code sun.misc.Signal} is reached by reflection because javac's warning about
 * it cannot be switched off, and warnings are errors here.
 */
final class Interrupts {
  private static final AtomicBoolean RESUMABLE = new AtomicBoolean();
  private static final AtomicBoolean ASKED = new AtomicBoolean();

  private Interrupts() {}

  /**
   * Catches the signals; where the platform has none, they end the process as ever. A terminal
   * sends SIGINT to a pool's processes too, whose starter then asks them by SIGTERM: they would
   * take that for the second signal.
   */
  static void install(Screen screen) {
    catchSignal("INT", Pool.isWorker() ? () -> {} : () -> received(screen));
    catchSignal("TERM", () -> received(screen));
  }

  private static void catchSignal(String name, Runnable caught) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Interrupts.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                caught.run();
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException notCaught) {
      // as of SIGINT in the background of a script, which the shell has it ignore
    }
  }

  private static void received(Screen screen) {
    if (RESUMABLE.get() && ASKED.compareAndSet(false, true)) {
      screen.err().println();
      screen.err().println("Stopping at the next safe point; once more to end at once");
      return;
    }
    screen.err().println("palimpsest: interrupted");
    screen.err().flush();
    Runtime.getRuntime().halt(6);
  }

  /** Declares that what is done from now on can be resumed. */
  static void resumable() {
    RESUMABLE.set(true);
  }

  /** Whether the person asked to stop. */
  static boolean asked() {
    return ASKED.get();
  }
}

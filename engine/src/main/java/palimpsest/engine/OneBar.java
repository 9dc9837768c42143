package palimpsest.engine;

import java.util.Optional;

/**
 * A console for several threads: of tasks that run at the same time it shows one, and the next when
 * that has come to its end.
 */
public final class OneBar implements Console {
  private final Console console;
  private Optional<Console.Bar> shown = Optional.empty();

  /** Tells that console. */
  public OneBar(Console console) {
    this.console = console;
  }

  @Override
  public synchronized void say(String line) {
    console.say(line);
  }

  @Override
  public synchronized Bar bar(String task, long total) {
    if (shown.isPresent()) {
      return (done, note) -> {};
    }
    Bar bar = console.bar(task, total);
    shown = Optional.of(bar);
    return new Bar() {
      @Override
      public void at(long done, String note) {
        synchronized (OneBar.this) {
          if (isShown(bar)) {
            bar.at(done, note);
            if (done >= total) {
              close();
            }
          }
        }
      }

      @Override
      public void close() {
        synchronized (OneBar.this) {
          if (isShown(bar)) {
            shown = Optional.empty();
            bar.close();
          }
        }
      }
    };
  }

  private boolean isShown(Bar bar) {
    return shown.filter(b -> b == bar).isPresent(); // by identity: it is one of this object's own
  }

  @Override
  public boolean interrupted() {
    return console.interrupted();
  }
}

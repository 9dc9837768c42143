package palimpsest.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A console for several threads: of tasks that run at the same time it shows the one that began
 * first, and when that has come to its end the next, as far as that is by then. A line ends the bar
 * that is shown, and it is begun again below.
 */
public final class OneBar implements Console {
  private final Console console;
  private final List<Task> open = new ArrayList<>(); // the first is shown
  private Optional<Console.Bar> shown = Optional.empty();

  /** Tells that console. */
  public OneBar(Console console) {
    this.console = console;
  }

  @Override
  public synchronized void say(String line) {
    console.say(line);
    show();
  }

  @Override
  public synchronized Bar bar(String name, long total) {
    Task task = new Task(name, total);
    open.add(task);
    if (open.size() == 1) {
      show();
    }
    return task;
  }

  /** Begins the bar of the first task, if there is one. */
  private void show() {
    shown = open.stream().findFirst().map(task -> console.bar(task.name, task.total));
    shown.ifPresent(bar -> open.get(0).tell(bar));
  }

  @Override
  public boolean interrupted() {
    return console.interrupted();
  }

  private final class Task implements Bar {
    private final String name;
    private final long total;
    private long done;
    private String note = "";

    Task(String name, long total) {
      this.name = name;
      this.total = total;
    }

    private void tell(Bar bar) {
      if (done > 0) {
        bar.at(done, note);
      }
    }

    private boolean isShown() {
      return !open.isEmpty() && open.get(0) == this;
    }

    @Override
    public void at(long now, String words) {
      synchronized (OneBar.this) {
        done = now;
        note = words;
        if (isShown()) {
          shown.ifPresent(this::tell);
        }
        if (now >= total) {
          close();
        }
      }
    }

    @Override
    public void close() {
      synchronized (OneBar.this) {
        boolean was = isShown();
        if (open.remove(this) && was) {
          shown.ifPresent(Bar::close);
          show();
        }
      }
    }
  }
}

package palimpsest.cli;

import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import palimpsest.engine.Console;

/**
 * Tells a person on standard error what is done: by bars on a terminal, by a line every ten seconds
 * elsewhere, not at all if quiet.
 */
final class ScreenConsole implements Console {
  private static final int WIDTH = 79;
  private static final long EVERY_NANOS = 10_000_000_000L;

  private final Screen screen;
  private final boolean quiet;
  private final BooleanSupplier interrupted;
  private Optional<ProgressBar> drawn = Optional.empty();

  ScreenConsole(Screen screen, boolean quiet, BooleanSupplier interrupted) {
    this.screen = screen;
    this.quiet = quiet;
    this.interrupted = interrupted;
  }

  @Override
  public void say(String line) {
    finish();
    if (!quiet) {
      screen.err().println(line);
    }
  }

  @Override
  public Bar bar(String task, long total) {
    finish();
    if (quiet) {
      return (done, note) -> {};
    }
    return screen.terminals().err() ? draw(task, total) : new Lines(task, total);
  }

  @Override
  public boolean interrupted() {
    return interrupted.getAsBoolean();
  }

  /** Leaves the last bar as it is. */
  void finish() {
    drawn.ifPresent(ProgressBar::close);
    drawn = Optional.empty();
  }

  private Bar draw(String task, long total) {
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(250)
            .setConsumer(new ConsoleProgressBarConsumer(screen.err(), WIDTH))
            .build();
    drawn = Optional.of(bar);
    return new Bar() {
      @Override
      public void at(long done, String note) {
        bar.setExtraMessage(note);
        bar.stepTo(done);
        if (done >= total) {
          close();
        }
      }

      @Override
      public void close() {
        if (drawn.filter(b -> b == bar).isPresent()) {
          finish();
        }
      }
    };
  }

  /** Progress as sparse lines. */
  private final class Lines implements Bar {
    private final String task;
    private final long total;
    private final long begun = System.nanoTime();
    private long told = begun;

    Lines(String task, long total) {
      this.task = task;
      this.total = total;
    }

    @Override
    public void at(long done, String note) {
      long now = System.nanoTime();
      if (now - told < EVERY_NANOS) {
        return;
      }
      told = now;
      screen
          .err()
          .println(
              String.format(
                  Locale.ROOT,
                  "%s: %d of %d, %d s%s",
                  task,
                  done,
                  total,
                  (now - begun) / 1_000_000_000L,
                  note.isEmpty() ? "" : ", " + note));
    }
  }
}

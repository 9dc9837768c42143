package palimpsest.cli;

import palimpsest.engine.Console;
import picocli.CommandLine.Option;

/** Options of every command. */
final class Common {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print results only: no progress.")
  private boolean quiet;

  /** A console for work that ends at once when interrupted. */
  Console console(Screen screen) {
    ScreenConsole console = new ScreenConsole(screen, quiet, Interrupts::asked);
    screen.unfinished(console::finish);
    return console;
  }

  /** A console for work that is saved when interrupted, and resumed. */
  Console resumableConsole(Screen screen) {
    Interrupts.resumable();
    return console(screen);
  }
}

package palimpsest.cli;

import palimpsest.engine.Console;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of every command. */
@SuppressWarnings("NullAway.Init") // picocli sets them
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

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** A console for work that ends at once when interrupted. */
  Console console(Screen screen) {
    ScreenConsole console = new ScreenConsole(screen, isQuiet(), Interrupts::asked);
    screen.unfinished(console::finish);
    return console;
  }

  /** Asked for before or after the command's name. */
  private boolean isQuiet() {
    return quiet || (command.root().userObject() instanceof CommandTree tree && tree.common.quiet);
  }

  /** A console for work that is saved when interrupted, and resumed. */
  Console resumableConsole(Screen screen) {
    Interrupts.resumable();
    return console(screen);
  }
}

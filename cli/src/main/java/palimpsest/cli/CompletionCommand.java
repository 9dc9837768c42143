package palimpsest.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints a completion script. */
@Command(
    name = "completion",
    description = {"Prints the completion script for bash and zsh."},
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  source <(palimpsest completion)"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class CompletionCommand implements Callable<Integer> {
  private final Screen screen;

  @Spec private CommandSpec spec;

  @Mixin Common common;

  CompletionCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    screen.out().print(AutoComplete.bash("palimpsest", spec.root().commandLine()));
    return 0;
  }
}

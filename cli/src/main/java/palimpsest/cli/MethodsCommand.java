package palimpsest.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the methods. */
@Command(
    name = "methods",
    description = {"Lists the methods, what each can promise, and its parameters."},
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest methods"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class MethodsCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(names = "--json", description = "Print them as JSON.")
  private boolean json;

  @Mixin Common common;

  MethodsCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Listed.print(screen, Listed.methods(), json);
    return 0;
  }
}

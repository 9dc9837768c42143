package palimpsest.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the attacks. */
@Command(
    name = "attacks",
    description = {"Lists the attacks and what they try."},
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest attacks"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class AttacksCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(names = "--json", description = "Print them as JSON.")
  private boolean json;

  @Mixin Common common;

  AttacksCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Listed.print(screen, Listed.attacks(), json);
    return 0;
  }
}

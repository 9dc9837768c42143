package palimpsest.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the metrics. */
@Command(
    name = "metrics",
    description = {"Lists the metrics and how to read them."},
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest metrics"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class MetricsCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(names = "--json", description = "Print them as JSON.")
  private boolean json;

  @Mixin Common common;

  MetricsCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Listed.print(screen, Listed.metrics(), json);
    return 0;
  }
}

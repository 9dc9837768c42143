package palimpsest.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import palimpsest.engine.SpeedBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Training throughput against the machine's own rate. */
@Command(
    name = "speed",
    description =
        "Measures training throughput of the quickstart's model and of a 135M-parameter Llama as a"
            + " share of this machine's own matrix-multiplication rate, in one run.",
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest bench speed --steps 8"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BenchSpeedCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "8",
      description = "Steps of the large model, at least 4; ${DEFAULT-VALUE} unless given.")
  private int steps;

  @Option(names = "--json", description = "Print the measurements as JSON.")
  private boolean json;

  @Mixin Common common;

  BenchSpeedCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    palimpsest.api.Check.atLeast(steps, 4, "--steps");
    List<SpeedBench.Result> results =
        List.of(SpeedBench.quickstart(10 * steps), SpeedBench.llama135m(steps));
    if (json) {
      screen.json(results);
      return 0;
    }
    for (SpeedBench.Result r : results) {
      screen.line(
          String.format(
              Locale.ROOT,
              "%-11s %,12d parameters  %,8.0f tokens/s  GEMM %.0f and %.0f GFLOP/s  %.0f %%",
              r.model(),
              r.parameters(),
              r.tokensPerSecond(),
              r.gemmBefore(),
              r.gemmAfter(),
              100 * r.share()));
    }
    return 0;
  }
}

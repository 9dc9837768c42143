package palimpsest.cli;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import palimpsest.api.Check;
import palimpsest.engine.MemoryBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Memory over many training steps. */
@Command(
    name = "memory",
    description =
        "Trains the quickstart's model on random rows of many lengths and prints ten times on the"
            + " way how many native objects Java holds, their bytes, and the resident size.",
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest bench memory --steps 1000"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BenchMemoryCommand implements Callable<Integer> {
  private static final int LOOKS = 10;
  private static final double MIB = 1 << 20;
  private final Screen screen;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Steps, at least 10; ${DEFAULT-VALUE} unless given.")
  private int steps;

  @Option(names = "--json", description = "Print the measurements as JSON.")
  private boolean json;

  @Mixin Common common;

  BenchMemoryCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Check.atLeast(steps, LOOKS, "--steps");
    List<MemoryBench.Point> points = MemoryBench.measure(steps, steps / LOOKS);
    if (json) {
      screen.json(points);
      return 0;
    }
    screen.line("  step  pointers  pointer bytes  resident");
    for (MemoryBench.Point p : points) {
      screen.line(
          String.format(
              Locale.ROOT,
              "%6d  %8d  %,13d  %s",
              p.step(),
              p.pointers(),
              p.bytes(),
              mebibytes(p.resident())));
    }
    return 0;
  }

  private static String mebibytes(OptionalLong bytes) {
    return bytes.isEmpty()
        ? "not known"
        : String.format(Locale.ROOT, "%.1f MiB", bytes.getAsLong() / MIB);
  }
}

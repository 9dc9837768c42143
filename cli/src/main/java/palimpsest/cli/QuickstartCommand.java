package palimpsest.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import palimpsest.engine.Quickstart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole flow on an invented world. */
@Command(
    name = "quickstart",
    description = {
      "Shows everything in a few minutes: invents a small literary world, trains a model on"
          + " it, is asked to forget three people, and writes the signed dossier.",
      "",
      "What was interrupted goes on when run again."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  palimpsest quickstart --out out/quickstart"})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class QuickstartCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "out/quickstart",
      description = "Where to; ${DEFAULT-VALUE} unless given.")
  private Path out;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "7",
      description = "Of world and training; ${DEFAULT-VALUE} unless given.")
  private long seed;

  @Option(names = "--force", description = "Clear an earlier quickstart first.")
  private boolean force;

  @Mixin private Common common;

  QuickstartCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Quickstart quickstart =
        new Quickstart(out, seed, common.resumableConsole(screen), Clock.systemUTC());
    screen.line(quickstart.run(force).toString());
    return 0;
  }
}

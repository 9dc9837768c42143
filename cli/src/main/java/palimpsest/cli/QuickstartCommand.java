package palimpsest.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.engine.Quickstart;
import palimpsest.engine.picture.erase.ImageQuickstart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole flow on an invented world. */
@Command(
    name = "quickstart",
    description = {
      "Shows everything in a few minutes: invents a small literary world, trains a model on"
          + " it, is asked to forget three people, and writes the signed dossier; with --image, of"
          + " a model that draws, a style and an object.",
      "",
      "What was interrupted goes on when run again."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Examples:",
      "  palimpsest quickstart --out out/quickstart",
      "  palimpsest quickstart --image"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class QuickstartCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where to; out/quickstart, of images out/quickstart-image, unless given.")
  private @Nullable Path out;

  @Option(
      names = "--image",
      description =
          "The same of an image model: drawings are made, a small text-to-image model is trained,"
              + " a style and an object are erased, a dossier each.")
  private boolean image;

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
    if (image) {
      Path folder = out == null ? Path.of("out/quickstart-image") : out;
      new ImageQuickstart(folder, seed, common.resumableConsole(screen), Clock.systemUTC())
          .run(force)
          .forEach(page -> screen.line(page.toString()));
      return 0;
    }
    Path folder = out == null ? Path.of("out/quickstart") : out;
    Quickstart quickstart =
        new Quickstart(folder, seed, common.resumableConsole(screen), Clock.systemUTC());
    screen.line(quickstart.run(force).toString());
    return 0;
  }
}

package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Console;
import palimpsest.engine.OneBar;
import palimpsest.engine.picture.erase.ErasureGrid;
import palimpsest.engine.picture.erase.GridDefaults;
import palimpsest.engine.picture.erase.GridPictures;
import palimpsest.engine.picture.erase.GridSettings;
import palimpsest.engine.picture.erase.Target;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Methods that erase an object or a style from a small image model, side by side. */
@Command(
    name = "grid",
    description = {
      "Trains a small text-to-image model of pixels and a judge of objects and styles, and for each"
          + " target retrains it without, changes it by each method with each seed, draws all"
          + " objects in all styles, scores and attacks. Writes table.md, grid.csv, a plot and a"
          + " sheet of drawings for each target.",
      "",
      "What was interrupted goes on when run again."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest bench grid --out out/grid --target style:mosaic,object:fish"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BenchGridCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where to; what is there is gone on with.")
  private Path out;

  @Option(
      names = "--emoji",
      paramLabel = "DIR",
      description = "Folder of an emoji grid, drawn in styles; generated drawings unless given.")
  private @Nullable Path emoji;

  @Option(
      names = "--target",
      paramLabel = "WHAT",
      split = ",",
      description = "style:WORD or object:WORD; one of each unless given.")
  private @Nullable List<String> targets;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      split = ";",
      description =
          "Such as image.uce or image.esd:steps=100,learningRate=1e-4, parted by semicolons; all"
              + " unless given.")
  private @Nullable List<String> methods;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      split = ",",
      description = "Of the methods; 1,2,3 unless given.")
  private @Nullable List<Long> seeds;

  @Option(
      names = "--floor",
      paramLabel = "N",
      description =
          "Retrains each target once more, with this seed: how far that is from the first"
              + " retraining is one draw of what chance makes.")
  private @Nullable Long floor;

  @Option(
      names = "--objects",
      paramLabel = "WORD",
      split = ",",
      description = "Only of these objects.")
  private @Nullable List<String> objects;

  @Option(
      names = "--styles",
      paramLabel = "WORD",
      split = ",",
      description = "Only in these styles.")
  private @Nullable List<String> styles;

  @Option(
      names = "--each",
      paramLabel = "N",
      defaultValue = "40",
      description = "Pictures of each object in each style; ${DEFAULT-VALUE} unless given.")
  private int each;

  @Option(
      names = "--few",
      paramLabel = "N",
      description =
          "Of these the models see N, with the plainest caption, and the judge all; all unless"
              + " given.")
  private @Nullable Integer few;

  @Option(
      names = "--at-once",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Targets worked on at the same time, each on one thread; ${DEFAULT-VALUE} unless given.")
  private int atOnce;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "30",
      description = "Of the model; ${DEFAULT-VALUE} unless given.")
  private int epochs;

  @Mixin private Common common;

  BenchGridCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (emoji != null && !emoji.toFile().isDirectory()) {
      throw new InvalidRequest(emoji + ": no such folder; give that of an emoji grid");
    }
    GridPictures pictures =
        new GridPictures(
            Optional.ofNullable(emoji).map(p -> p.toAbsolutePath().normalize().toString()),
            each,
            1,
            objects == null ? List.of() : objects,
            styles == null ? List.of() : styles,
            Optional.ofNullable(few));
    Console console = common.resumableConsole(screen);
    ErasureGrid grid =
        new ErasureGrid(
            settings(new GridDefaults(pictures, epochs)),
            out,
            atOnce > 1 ? new OneBar(console) : console,
            atOnce);
    screen.line(grid.report(grid.run()).write(out).toString());
    return 0;
  }

  private GridSettings settings(GridDefaults defaults) {
    GridSettings settings =
        defaults.settings(
            targets == null ? defaults.targets() : targets.stream().map(Target::parse).toList(),
            methods == null ? GridDefaults.methods() : GridDefaults.methods(methods),
            seeds == null ? List.of(1L, 2L, 3L) : seeds);
    return floor == null ? settings : settings.withFloor(floor);
  }
}

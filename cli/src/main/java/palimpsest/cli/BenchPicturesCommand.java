package palimpsest.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.picture.PictureModel;
import palimpsest.engine.picture.PictureSpeed;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long a model of pixels takes to draw and to be trained. */
@Command(
    name = "pictures",
    description = {
      "Measures how long a model of pictures, as train --pictures makes it, takes to draw prompts",
      "and to be trained, the latter as a share too of this machine's own matrix-multiplication"
          + " rate. Writes nothing."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest bench pictures --model out/drawings/model --prompt \"a cat in neon style\""
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BenchPicturesCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private ModelOption model;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "To be drawn; may be repeated.")
  private @Nullable List<String> prompts;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1",
      description = "Pictures per prompt; ${DEFAULT-VALUE} unless given.")
  private int samples;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "50",
      description = "Steps of the sampler; ${DEFAULT-VALUE} unless given.")
  private int steps;

  @Option(
      names = "--guidance",
      paramLabel = "X",
      defaultValue = "3",
      description = "Scale of guidance by the prompt, 1 for none; ${DEFAULT-VALUE} unless given.")
  private double guidance;

  @Option(
      names = "--times",
      paramLabel = "N",
      defaultValue = "3",
      description = "Drawings that are timed, 0 for none; ${DEFAULT-VALUE} unless given.")
  private int times;

  @Option(
      names = "--train",
      paramLabel = "N",
      defaultValue = "10",
      description = "Steps of training, at least 3, 0 for none; ${DEFAULT-VALUE} unless given.")
  private int train;

  @Option(names = "--json", description = "Print the measurements as JSON.")
  private boolean json;

  @Mixin Common common;

  BenchPicturesCommand(Screen screen) {
    this.screen = screen;
  }

  /**
   * What was measured.
   *
   * @param drawing empty if none was wanted
   * @param training empty if none was wanted
   */
  record Measured(Optional<PictureSpeed.Drawn> drawing, Optional<PictureSpeed.Trained> training) {}

  @Override
  public Integer call() {
    List<String> asked = prompts == null ? List.of() : prompts;
    if (times > 0 && asked.isEmpty()) {
      throw new InvalidRequest("nothing to draw: give --prompt TEXT, or --times 0");
    }
    PictureModel.How how = new PictureModel.How(Optional.empty(), steps, guidance, "", samples, 0);
    try (PictureModel pictures = PictureModel.open(model.folder())) {
      tell(
          new Measured(
              times == 0
                  ? Optional.empty()
                  : Optional.of(PictureSpeed.drawing(pictures, asked, how, times)),
              train == 0 ? Optional.empty() : Optional.of(PictureSpeed.training(pictures, train))));
    }
    return 0;
  }

  private void tell(Measured measured) {
    if (json) {
      screen.json(measured);
      return;
    }
    measured
        .drawing()
        .ifPresent(
            d ->
                line(
                    "%d pictures in %.3f s, median of %d",
                    d.pictures(), d.times().median(), times));
    measured
        .training()
        .ifPresent(
            t ->
                line(
                    "a step of %d pictures in %.3f s, %,d multiply-adds each;"
                        + " GEMM %.0f and %.0f GFLOP/s; %.0f %%",
                    t.batch(),
                    t.times().median(),
                    t.multiplyAdds(),
                    t.gemmBefore(),
                    t.gemmAfter(),
                    100 * t.share()));
  }

  private void line(String format, Object... values) {
    screen.line(String.format(Locale.ROOT, format, values));
  }
}

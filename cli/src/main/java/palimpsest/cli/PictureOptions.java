package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.engine.picture.PictureRecipe;
import palimpsest.engine.picture.PictureShape;
import palimpsest.engine.picture.PictureSource;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.train.Slicing;
import picocli.CommandLine.Option;

/** A model of pixels that is trained on captioned pictures, and where these come from. */
final class PictureOptions {
  static final Recipe RECIPE = new Recipe(40, 16, 16, 5e-4, 50, Recipe.Decay.COSINE, 0.01, 1, 0);

  private static final int COPIES = 8;
  private static final long DRAWN_BY = 1;

  @Option(
      names = "--pictures",
      paramLabel = "DIR|grid",
      description =
          "Train a model of pixels on a folder of captioned pictures, an emoji grid or"
              + " Fashion-MNIST, or on drawings of objects in styles, which need no folder.")
  private @Nullable String pictures;

  @Option(
      names = "--objects",
      paramLabel = "WORD",
      split = ",",
      description = "With --pictures: only of these objects.")
  private @Nullable List<String> objects;

  @Option(
      names = "--styles",
      paramLabel = "WORD",
      split = ",",
      description = "With --pictures: only in these styles.")
  private @Nullable List<String> styles;

  @Option(
      names = "--most",
      paramLabel = "N",
      description = "With --pictures: the first N of them; all unless given.")
  private @Nullable Integer most;

  @Option(
      names = "--copies",
      paramLabel = "N",
      description = "With --pictures grid: drawings of each object in each style; 8.")
  private @Nullable Integer copies;

  @Option(
      names = "--drawn-by",
      paramLabel = "N",
      description = "With --pictures grid: seed of the drawings; 1.")
  private @Nullable Long drawnBy;

  @Option(
      names = "--restyle",
      description = "With --pictures of an emoji grid: draw its emoji in the styles of grid.")
  private @Nullable Boolean restyle;

  @Option(
      names = "--side",
      paramLabel = "N",
      description = "With --pictures: width and height in pixels; 32.")
  private @Nullable Integer side;

  @Option(
      names = "--fold",
      paramLabel = "N",
      description =
          "With --pictures: N x N pixels are one place of the U-Net, for a fraction of the time; 1.")
  private @Nullable Integer fold;

  @Option(
      names = "--channels",
      paramLabel = "N",
      split = ",",
      description = "With --pictures: of the U-Net's stages from the finest; 32,64,128.")
  private @Nullable List<Integer> channels;

  @Option(
      names = "--text-width",
      paramLabel = "N",
      description = "With --pictures: width of the text encoder; 64.")
  private @Nullable Integer textWidth;

  @Option(
      names = "--text-layers",
      paramLabel = "N",
      description = "With --pictures: layers of the text encoder; 2.")
  private @Nullable Integer textLayers;

  @Option(
      names = "--text-heads",
      paramLabel = "N",
      description = "With --pictures: its attention heads; 4.")
  private @Nullable Integer textHeads;

  @Option(
      names = "--text-vocab",
      paramLabel = "N",
      description = "With --pictures: tokens at most, fitted on the captions; 1024.")
  private @Nullable Integer vocabulary;

  @Option(
      names = "--drop-captions",
      paramLabel = "X",
      description = "With --pictures: share of captions dropped, for guidance; 0.1.")
  private @Nullable Double dropped;

  @Option(
      names = "--average",
      paramLabel = "X",
      description =
          "With --pictures: decay of the moving average of the weights, which is the model; 0.999.")
  private @Nullable Double average;

  @Option(
      names = "--predict",
      paramLabel = "WHAT",
      description = "With --pictures: epsilon, velocity or sample; epsilon unless given.")
  private @Nullable Prediction prediction;

  @Option(
      names = "--samples-every",
      paramLabel = "N",
      description = "With --pictures: steps between sheets of samples; 500; 0 for none.")
  private @Nullable Integer samplesEvery;

  /** Whether pictures are to be trained on. */
  boolean given() {
    return pictures != null;
  }

  /** What is trained on. */
  PictureSource source() {
    PictureSource whole = whole(Optional.ofNullable(pictures).orElseThrow());
    return whole.only(
        or(objects, List.of()), or(styles, List.of()), most == null ? 0 : atLeastOne(most));
  }

  private PictureSource whole(String from) {
    int each = or(copies, COPIES);
    long seed = or(drawnBy, DRAWN_BY);
    if (from.equals(PictureSource.DRAWINGS)) {
      refuseRestyling();
      return PictureSource.drawn(each, seed);
    }
    if (from.isBlank()) {
      throw new InvalidRequest("--pictures is empty, wanted a folder, or grid");
    }
    PictureSource folder = PictureSource.of(Path.of(from));
    if (restyle != null && restyle) {
      return folder.restyled(each, seed);
    }
    if (copies != null || drawnBy != null) {
      throw new InvalidRequest(
          "--copies and --drawn-by are of what is drawn: give --pictures grid, or --restyle too");
    }
    return folder;
  }

  private void refuseRestyling() {
    if (restyle != null) {
      throw new InvalidRequest("--restyle is of an emoji grid: give its folder as --pictures");
    }
  }

  private static int atLeastOne(int given) {
    if (given < 1) {
      throw new InvalidRequest("most must be at least 1, got " + given);
    }
    return given;
  }

  /** How it is trained. */
  PictureRecipe recipe(Recipe descent, Slicing slicing) {
    PictureShape usual = PictureShape.USUAL;
    PictureShape shape =
        new PictureShape(
            or(side, usual.side()),
            or(fold, usual.fold()),
            or(channels, usual.channels()),
            or(textWidth, usual.textWidth()),
            or(textLayers, usual.textLayers()),
            or(textHeads, usual.textHeads()),
            or(vocabulary, usual.vocabulary()));
    return new PictureRecipe(
        descent,
        slicing,
        shape,
        or(dropped, PictureRecipe.DROPPED),
        or(average, PictureRecipe.AVERAGE),
        or(prediction, Prediction.EPSILON));
  }

  int samplesEvery() {
    return or(samplesEvery, 500);
  }

  private static <T> T or(@Nullable T given, T usual) {
    return Optional.ofNullable(given).orElse(usual);
  }
}

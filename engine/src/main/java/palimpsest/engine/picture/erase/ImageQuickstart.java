package palimpsest.engine.picture.erase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Objective;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.dossier.Gallery;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.OneBar;
import palimpsest.engine.Outputs;
import palimpsest.engine.picture.PictureRecipe;
import palimpsest.engine.picture.PictureShape;
import palimpsest.engine.picture.judge.TrainedJudge;
import palimpsest.methods.diffusion.Uce;
import palimpsest.methods.diffusion.descent.Esd;
import palimpsest.torch.Abreast;
import palimpsest.torch.diffusion.attack.ConceptInversion;
import palimpsest.torch.diffusion.attack.ConceptRelearning;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.train.FolderLock;
import palimpsest.torch.train.Slicing;

/**
 * The whole flow on generated drawings: a small text-to-image model is trained, asked to forget a
 * style and an object, retrained without each, edited by UCE and ESD, judged, attacked and reported
 * on, a dossier each.
 *
 * <pre>
 * OUT/grid/                     judge, model, all that was done, see {@link ErasureGrid}
 * OUT/grid/TARGET/dossier/      the signed dossier of a target
 * </pre>
 */
public record ImageQuickstart(Path out, long seed, Console console, Clock clock) {
  private static final String FORMAT = "palimpsest-image-quickstart/1";
  private static final String GRID = "grid";
  private static final Target STYLE = new Target(Domain.STYLE, "neon");
  private static final Target OBJECT = new Target(Domain.OBJECT, "star");

  /** What identifies a folder of results. */
  record Mark(String format, long seed) {}

  /**
   * Runs what is not yet done; gives the pages of the dossiers.
   *
   * @param force whether to begin anew what is there
   * @throws InvalidRequest if it is finished and not to begin anew, or the folder holds another
   */
  public List<Path> run(boolean force) {
    claim(force);
    GridSettings settings = settings();
    ErasureGrid grid = new ErasureGrid(settings, out.resolve(GRID), new OneBar(console), AT_ONCE);
    List<GridCell> cells = grid.run();
    grid.report(cells).write(out.resolve(GRID));
    // as all before on one thread, which is what the dossiers say of the machine
    return Abreast.all(List.<Supplier<List<Path>>>of(() -> sealed(settings, cells)), 1).get(0);
  }

  private List<Path> sealed(GridSettings settings, List<GridCell> cells) {
    Path folder = out.resolve(GRID);
    List<Path> pages = new ArrayList<>();
    try (TrainedJudge judge = TrainedJudge.read(folder.resolve("judge"))) {
      for (Target target : settings.targets()) {
        Gallery gallery =
            new GridGallery(settings, folder, judge)
                .of(target, folder.resolve("base/model"), settings.pictures().read().training());
        new ErasureDossier(
                settings,
                folder,
                request(target),
                new ErasureDossier.Officer(
                    "the quickstart's rights officer", "every picture whose caption names it goes"),
                out.resolve("signing-key.pem"),
                clock)
            .seal(target, cells, gallery);
        pages.add(page(target));
      }
    }
    return pages;
  }

  private Path page(Target target) {
    return out.resolve(GRID)
        .resolve(ErasureDossier.folder(target))
        .resolve("dossier")
        .resolve("index.html");
  }

  private void claim(boolean force) {
    Path mark = out.resolve("quickstart-image.json");
    boolean there = Files.exists(mark);
    if (!there && !Outputs.isEmpty(out)) {
      throw new InvalidRequest(
          out + " is not empty and not a quickstart of images: give another --out");
    }
    if (there && force) {
      clear();
    } else if (there && JsonFiles.read(mark, Mark.class).seed() != seed) {
      throw new InvalidRequest(
          out + " holds a quickstart of another seed: give --force or another --out");
    } else if (Files.exists(page(STYLE)) && Files.exists(page(OBJECT))) {
      throw new InvalidRequest(
          "finished already: "
              + page(STYLE)
              + " and "
              + page(OBJECT)
              + "; give --force to run it anew or another --out");
    }
    Outputs.folder(out);
    JsonFiles.write(mark, new Mark(FORMAT, seed));
  }

  /** Refuses a grid that another process works on. */
  private void clear() {
    Path grid = out.resolve(GRID);
    if (Files.exists(grid)) {
      FolderLock.take(grid).close();
      Outputs.delete(grid);
    }
  }

  private GridSettings settings() {
    Recipe descent = new Recipe(EPOCHS, 16, 16, 2e-3, 30, Recipe.Decay.COSINE, 0.01, 1, seed);
    return new GridSettings(
        new GridPictures(
            Optional.empty(),
            EACH,
            seed,
            List.of("fish", "house", "tree", "star"),
            List.of("flat", "outline", "mosaic", "neon"),
            Optional.of(FEW)),
        new PictureRecipe(
            descent, Slicing.NONE, SHAPE, PictureRecipe.DROPPED, 0.98, Prediction.SAMPLE),
        JUDGE_EPOCHS,
        List.of(STYLE, OBJECT),
        List.of(Uce.defaults(), new Esd(0, 1, 10, 3, 60, 4, 1e-3)),
        List.of(seed),
        new GridSettings.Asking(List.of(1L, 2L, 3L), 12, 3),
        List.of(new ConceptInversion(1, 40, 8, 0.08, 0.01), new ConceptRelearning(8, 10, 5, 1e-4)));
  }

  private static final int AT_ONCE = 2;
  private static final int EPOCHS = 160;
  private static final int FEW = 2;
  private static final int EACH = 24;
  private static final int JUDGE_EPOCHS = 40;
  private static final PictureShape SHAPE =
      new PictureShape(32, 4, List.of(64, 128), 64, 2, 4, 600);

  private static Request request(Target target) {
    return new Request(
        "IMAGES-" + target.word().toUpperCase(java.util.Locale.ROOT),
        "an artist of the quickstart",
        Request.Reason.COPYRIGHT,
        Objective.BOTH,
        Release.HOSTED,
        new palimpsest.api.Target(
            palimpsest.api.Target.Kind.CONCEPT, List.of(target.word()), List.of(), List.of()),
        "A " + target.toString().replace(':', ' ') + ", in all captions that name it.");
  }
}

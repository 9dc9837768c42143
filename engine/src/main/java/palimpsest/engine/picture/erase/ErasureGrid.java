package palimpsest.engine.picture.erase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.PictureEvidence;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Keeping;
import palimpsest.engine.Outputs;
import palimpsest.engine.picture.PictureTraining;
import palimpsest.engine.picture.Suppression;
import palimpsest.engine.picture.judge.TrainedJudge;
import palimpsest.torch.Abreast;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.train.FolderLock;

/**
 * All methods on all targets: a model of pixels is trained, a judge beside it, and for each target
 * the model is retrained without it, changed by each method with each seed, asked for pictures of
 * everything, scored and attacked. What is there is not made again.
 *
 * <pre>
 * OUT/grid.json                 which grid the folder belongs to
 * OUT/judge/, OUT/base/         classifier with its errors; the model as palimpsest train leaves it
 * OUT/base.json                 what it draws, as the judge sees it
 * OUT/TARGET/METHOD/SEED/       model/, applied.json, drawn.json, cell.json, attacked.json
 * OUT/TARGET.png                what the models draw for some captions, and under attack
 * OUT/TARGET-suppressed.png     the same of the model as it was under each suppression
 * </pre>
 *
 * @param atOnce targets that are worked on at the same time, each on one thread; with more than one
 *     the memory of a method is not measured, and its seconds are those beside other work
 */
public record ErasureGrid(GridSettings settings, Path out, Console console, int atOnce) {
  private static final int CHECKPOINT_EVERY = 200;
  private static final int SAMPLES_EVERY = 500;

  public ErasureGrid {
    Check.atLeast(atOnce, 1, "targets at once");
  }

  /** One target after the other, on all threads. */
  public ErasureGrid(GridSettings settings, Path out, Console console) {
    this(settings, out, console, 1);
  }

  /** What identifies a folder of results. */
  record Mark(String format, Map<String, String> shared) {
    static final String FORMAT = "palimpsest-erasure-grid/2";

    Mark {
      shared = new TreeMap<>(shared);
    }
  }

  /** Where a method with a seed leaves what it does to a target. */
  static Path place(Path out, Target target, String method, long seed) {
    return out.resolve(ErasureDossier.folder(target))
        .resolve(method)
        .resolve(String.format(Locale.ROOT, "seed-%d", seed));
  }

  /** Makes what is not there yet; gives all cells. */
  public List<GridCell> run() {
    ImageCorpus.Division pictures = settings.pictures().read();
    settings.targets().forEach(t -> require(t, pictures.training())); // before any file
    claim();
    try (FolderLock held = FolderLock.take(out)) {
      return made(pictures);
    }
  }

  /** The tables of cells, with the errors of the judge that saw them. */
  public GridReport report(List<GridCell> cells) {
    try (TrainedJudge judge = TrainedJudge.read(out.resolve("judge"))) {
      return new GridReport(cells, judge.worth());
    }
  }

  private List<GridCell> made(ImageCorpus.Division pictures) {
    Path judged = out.resolve("judge");
    List<Supplier<Boolean>> first =
        List.of(
            () -> trained(pictures.training()),
            () -> {
              new GridJudge(judged, settings.pictures().judged(), settings.judging(), console)
                  .get()
                  .close();
              return true;
            });
    abreast(first);
    try (TrainedJudge judge = TrainedJudge.read(judged)) {
      abreast(
          List.<Supplier<PictureEvidence>>of(
              () -> evidence(pictures, judge).of(base(), Suppression.NONE, drawnByBase())));
      List<Supplier<List<GridCell>>> work = new ArrayList<>();
      for (Target target : settings.targets()) {
        work.add(
            () -> {
              List<GridCell> cells = new TargetCells(this, target, pictures, judge).run();
              sheet(target, pictures.training(), judge);
              return cells;
            });
      }
      return abreast(work).stream().flatMap(List::stream).toList();
    }
  }

  private <T> List<T> abreast(List<Supplier<T>> work) {
    return atOnce == 1 ? Abreast.inTurn(work) : Abreast.all(work, atOnce);
  }

  private boolean trained(ImageCorpus pictures) {
    new PictureTraining(
            out.resolve("base"),
            settings.recipe(),
            new PictureTraining.Saving(CHECKPOINT_EVERY, Keeping.NONE, SAMPLES_EVERY),
            console)
        .train(pictures);
    return true;
  }

  /** What models draw, as the judge sees it. */
  GridEvidence evidence(ImageCorpus.Division pictures, TrainedJudge judge) {
    return new GridEvidence(judge, settings.drawing(), pictures.training(), console);
  }

  /** File of what the model draws that is to forget. */
  Path drawnByBase() {
    return out.resolve("base.json");
  }

  /** The model that is to forget. */
  Path base() {
    return out.resolve("base").resolve("model");
  }

  /**
   * What the models draw for some prompts, as pictures: those that were changed apart from the one
   * that was not, under suppressions.
   */
  private void sheet(Target target, ImageCorpus training, TrainedJudge judge) {
    Path file = out.resolve(ErasureDossier.folder(target) + ".png");
    if (Files.exists(file)) {
      return;
    }
    SideBySide drawn = new TargetPictures(settings, out, judge).of(target, base(), training);
    List<String> suppressed =
        settings.methods().stream().filter(Suppression::isOne).map(Method::id).toList();
    if (!suppressed.isEmpty()) {
      AtomicFile.write(
          out.resolve(ErasureDossier.folder(target) + "-suppressed.png"),
          drawn
              .only(c -> c.name().equals(TargetPictures.BEFORE) || suppressed.contains(c.name()))
              .sheet()
              .png());
    }
    AtomicFile.write(file, drawn.only(c -> !suppressed.contains(c.name())).sheet().png());
  }

  private void require(Target target, ImageCorpus training) {
    target.require(training);
    for (Method method : settings.methods()) {
      Erasing.suppression(method, target)
          .requireActs(settings.drawing().guidance(), settings.drawing().steps());
    }
  }

  private void claim() {
    Path file = out.resolve("grid.json");
    Mark mark = new Mark(Mark.FORMAT, settings.shared());
    if (Files.exists(file)) {
      if (!JsonFiles.read(file, Mark.class).equals(mark)) {
        throw new InvalidRequest(
            out
                + " holds a grid of other pictures, model, judge, drawing or attacks (see "
                + file.getFileName()
                + "): give another --out");
      }
      return;
    }
    if (!Outputs.isEmpty(out)) {
      throw new InvalidRequest(out + " is not empty and no grid: give another --out");
    }
    Outputs.folder(out);
    JsonFiles.write(file, mark);
  }
}

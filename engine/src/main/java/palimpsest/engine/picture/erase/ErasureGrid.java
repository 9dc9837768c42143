package palimpsest.engine.picture.erase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureEvidence.Prompt;
import palimpsest.api.PictureTrial;
import palimpsest.discovery.image.Captions;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Keeping;
import palimpsest.engine.Outputs;
import palimpsest.engine.drawing.Sheet;
import palimpsest.engine.picture.PictureModel;
import palimpsest.engine.picture.PictureTraining;
import palimpsest.engine.picture.Suppression;
import palimpsest.engine.picture.judge.PictureJudge;
import palimpsest.engine.picture.judge.TrainedJudge;
import palimpsest.methods.exact.Retrain;
import palimpsest.metrics.image.ImageScore;
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
 * OUT/TARGET/METHOD/SEED/       model/, applied.json, drawn.json, cell.json
 * OUT/TARGET.png                what the models draw for some captions
 * OUT/TARGET-suppressed.png     what the model as it was draws for them under each suppression
 * </pre>
 */
public record ErasureGrid(GridSettings settings, Path out, Console console) {
  private static final int CHECKPOINT_EVERY = 200;
  private static final int SAMPLES_EVERY = 500;
  private static final int BATCH = 24;
  private static final int ROWS = 6; // of a sheet, of the target and of what takes its place

  /** What identifies a folder of results. */
  record Mark(String format, Map<String, String> shared) {
    static final String FORMAT = "palimpsest-erasure-grid/1";

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
    claim();
    try (FolderLock held = FolderLock.take(out)) {
      return made();
    }
  }

  private List<GridCell> made() {
    ImageCorpus.Division pictures = settings.pictures().read();
    settings.targets().forEach(t -> require(t, pictures.training()));
    PictureTraining training =
        new PictureTraining(
            out.resolve("base"),
            settings.recipe(),
            new PictureTraining.Saving(CHECKPOINT_EVERY, Keeping.NONE, SAMPLES_EVERY),
            console);
    training.train(pictures.training());
    List<GridCell> cells = new ArrayList<>();
    try (TrainedJudge judge =
        new GridJudge(out.resolve("judge"), pictures, settings.judgeEpochs(), console).get()) {
      for (Target target : settings.targets()) {
        cells.addAll(new OneTarget(target, training.model(), pictures, judge).run());
      }
    }
    return cells;
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

  private final class OneTarget {
    private final Target target;
    private final Path base;
    private final ImageCorpus.Division pictures;
    private final TrainedJudge judge;
    private final Path folder;

    OneTarget(Target target, Path base, ImageCorpus.Division pictures, TrainedJudge judge) {
      this.target = target;
      this.base = base;
      this.pictures = pictures;
      this.judge = judge;
      this.folder = out.resolve(ErasureDossier.folder(target));
    }

    List<GridCell> run() {
      PictureEvidence before = drawn(as(base, Suppression.NONE), out.resolve("base.json"));
      Method retrain = Retrain.defaults();
      Path retrained = place(retrain, settings.seeds().get(0));
      List<GridCell> cells = new ArrayList<>();
      GridCell reference =
          cell(retrain, settings.seeds().get(0), new Beside(before, Optional.empty()));
      cells.add(untouched(before));
      cells.add(reference);
      PictureEvidence absent =
          JsonFiles.read(retrained.resolve("drawn.json"), PictureEvidence.class);
      for (Method method : settings.methods()) {
        for (long seed : settings.seeds()) {
          stopWhereAsked();
          cells.add(cell(method, seed, new Beside(before, Optional.of(absent))));
        }
      }
      sheet();
      new SuppressedSheet(settings, target, pictures.training(), base)
          .write(out.resolve(folder.getFileName() + "-suppressed.png"));
      return cells;
    }

    private GridAttacks.Left as(Path weights, Suppression suppression) {
      return new GridAttacks.Left(weights, suppression);
    }

    private List<Method> changing() {
      return settings.methods().stream().filter(m -> !Suppression.isOne(m)).toList();
    }

    /** Rows of the target, then of its neighbours; a column for each method's first seed. */
    private void sheet() {
      Path file = out.resolve(folder.getFileName() + ".png");
      if (Files.exists(file)) {
        return;
      }
      List<GridSheet.Column> columns = new ArrayList<>();
      columns.add(new GridSheet.Column("before", base));
      long seed = settings.seeds().get(0);
      columns.add(
          new GridSheet.Column("retrained", place(Retrain.defaults(), seed).resolve("model")));
      for (Method method : changing()) {
        String name = method.id().substring(method.id().indexOf('.') + 1);
        columns.add(new GridSheet.Column(name, place(method, seed).resolve("model")));
      }
      List<String> captions = new ArrayList<>();
      String instead = target.instead(pictures.training());
      for (String word : List.of(target.word(), instead)) {
        target.others(pictures.training()).stream()
            .limit(ROWS)
            .forEach(other -> captions.add(target.caption(word, other)));
      }
      Sheet sheet =
          new GridSheet(captions, settings.drawing().steps(), settings.drawing().guidance())
              .draw(columns);
      AtomicFile.write(file, sheet.png());
    }

    private Path place(Method method, long seed) {
      return ErasureGrid.place(out, target, method.id(), seed);
    }

    /** The model as it was, under the scores of this target. */
    private GridCell untouched(PictureEvidence before) {
      PictureTrial trial =
          new PictureTrial(
              target.domain(), target.word(), before, Optional.empty(), Optional.empty());
      return new GridCell(
          target.toString(),
          GridCell.NONE,
          0,
          Optional.empty(),
          0,
          Optional.empty(),
          before.model(),
          ImageScore.all(trial),
          List.of());
    }

    private GridCell cell(Method method, long seed, Beside beside) {
      Path here = place(method, seed);
      Path file = here.resolve("cell.json");
      Erasing erasing = new Erasing(base, pictures.training(), console);
      Erasing.Applied applied = erasing.apply(method, target, seed, here);
      if (Files.exists(file)) {
        return JsonFiles.read(file, GridCell.class);
      }
      GridAttacks.Left left =
          as(erasing.weights(method, here), Erasing.suppression(method, target));
      PictureEvidence drawn = drawn(left, here.resolve("drawn.json"));
      PictureTrial trial =
          new PictureTrial(
              target.domain(),
              target.word(),
              drawn,
              beside.reference(),
              Optional.of(beside.before()));
      boolean first = seed == settings.seeds().get(0) && !(method instanceof Retrain);
      List<PictureAttack> attacks = first ? attacks(left) : List.of();
      GridCell cell =
          new GridCell(
              target.toString(),
              method.id(),
              seed,
              Optional.of(applied.guarantee()),
              applied.seconds(),
              applied.peak(),
              applied.after(),
              ImageScore.all(trial),
              attacks);
      JsonFiles.write(file, cell);
      return cell;
    }

    private List<PictureAttack> attacks(GridAttacks.Left left) {
      Path retrained = place(Retrain.defaults(), settings.seeds().get(0)).resolve("model");
      return new GridAttacks(settings, target, pictures, judge, console).run(left, retrained, base);
    }

    private PictureEvidence drawn(GridAttacks.Left left, Path file) {
      if (!Files.exists(file)) {
        try (PictureModel read = PictureModel.open(left.weights());
            Console.Bar bar = console.bar("Drawing for " + out.relativize(file), 1)) {
          PictureJudge.Drawing how =
              new PictureJudge.Drawing(
                  read.sampler(), settings.drawing().steps(), settings.drawing().guidance(), BATCH);
          PictureJudge asked = new PictureJudge(judge, how, settings.drawing().noises());
          PictureJudge.Subject subject =
              new PictureJudge.Subject(read.model(), read.tokenizer(), left.suppression());
          JsonFiles.write(file, asked.of(subject, prompts(), (n, all) -> {}).evidence());
          bar.at(1, "");
        }
      }
      return JsonFiles.read(file, PictureEvidence.class);
    }

    private List<Prompt> prompts() {
      List<Prompt> prompts = new ArrayList<>();
      for (String object : pictures.training().objects()) {
        for (String style : pictures.training().styles()) {
          prompts.add(new Prompt(object, style, Captions.of(object, style, 0)));
        }
      }
      return prompts;
    }
  }

  /**
   * What a model is compared to.
   *
   * @param before the model as it was
   * @param reference the one retrained without the target
   */
  private record Beside(PictureEvidence before, Optional<PictureEvidence> reference) {}

  private void stopWhereAsked() {
    if (console.interrupted()) {
      throw new Interrupted("stopped between two cells; run the same command again to go on");
    }
  }
}

package palimpsest.engine.picture.erase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Interrupted;
import palimpsest.api.Method;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureTrial;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Outputs;
import palimpsest.engine.picture.Suppression;
import palimpsest.engine.picture.judge.TrainedJudge;
import palimpsest.methods.exact.Retrain;
import palimpsest.metrics.image.ImageScore;

/**
 * The cells of one target of a grid: the model as it was, the one retrained without the target,
 * where it is asked for the one retrained again, and every method with every seed.
 */
final class TargetCells {
  private static final String RETRAIN = Retrain.defaults().id();

  private final ErasureGrid grid;
  private final GridSettings settings;
  private final Target target;
  private final ImageCorpus.Division pictures;
  private final TrainedJudge judge;
  private final GridEvidence evidence;
  private final Path base;

  /**
   * Cells to come.
   *
   * @param pictures of the grid
   * @param judge stays the caller's
   */
  TargetCells(ErasureGrid grid, Target target, ImageCorpus.Division pictures, TrainedJudge judge) {
    this.grid = grid;
    this.settings = grid.settings();
    this.target = target;
    this.pictures = pictures;
    this.judge = judge;
    this.evidence = grid.evidence(pictures, judge);
    this.base = grid.base();
  }

  /** Makes what is not there yet. */
  List<GridCell> run() {
    PictureEvidence before = evidence.of(base, Suppression.NONE, grid.drawnByBase());
    long first = settings.firstSeed();
    GridCell reference = cell(Retrain.defaults(), first, new Beside(before, Optional.empty()));
    PictureEvidence absent =
        JsonFiles.read(place(RETRAIN, first).resolve("drawn.json"), PictureEvidence.class);
    Beside beside = new Beside(before, Optional.of(absent));
    List<GridCell> cells = new ArrayList<>(List.of(untouched(beside), reference));
    settings.floor().ifPresent(seed -> cells.add(cell(new SecondRetraining(seed), first, beside)));
    for (Method method : settings.methods()) {
      for (long seed : settings.seeds()) {
        cells.add(cell(method, seed, beside));
      }
    }
    return cells;
  }

  /**
   * What a model is compared to.
   *
   * @param before the model as it was
   * @param reference the one retrained without the target
   */
  private record Beside(PictureEvidence before, Optional<PictureEvidence> reference) {}

  /**
   * A model that is judged.
   *
   * @param method id
   * @param seed of the method
   * @param model folder of its weights
   * @param suppression under which it draws
   * @param applied what was done; empty of the model as it was
   */
  private record Subject(
      String method,
      long seed,
      Path model,
      Suppression suppression,
      Optional<Erasing.Applied> applied) {}

  private Path place(String method, long seed) {
    return ErasureGrid.place(grid.out(), target, method, seed);
  }

  /** The model as it was, under the scores of this target. */
  private GridCell untouched(Beside beside) {
    PictureTrial trial =
        new PictureTrial(
            target.domain(), target.word(), beside.before(), beside.reference(), Optional.empty());
    return judged(new Subject(GridCell.NONE, 0, base, Suppression.NONE, Optional.empty()), trial);
  }

  private GridCell cell(Method method, long seed, Beside beside) {
    if (grid.console().interrupted()) {
      throw new Interrupted("stopped between two cells; run the same command again to go on");
    }
    Path here = place(method.id(), seed);
    Erasing erasing = new Erasing(base, pictures.training(), grid.console(), grid.atOnce() == 1);
    Erasing.Applied applied = erasing.apply(method, target, seed, here);
    Path model = erasing.weights(method, here);
    Suppression suppression = Erasing.suppression(method, target);
    PictureTrial trial =
        new PictureTrial(
            target.domain(),
            target.word(),
            evidence.of(model, suppression, here.resolve("drawn.json")),
            beside.reference(),
            Optional.of(beside.before()));
    return judged(new Subject(method.id(), seed, model, suppression, Optional.of(applied)), trial);
  }

  /** Scores and attacks a model, or reads that it was. */
  private GridCell judged(Subject subject, PictureTrial trial) {
    Path here = place(subject.method(), subject.seed());
    Path file = here.resolve("cell.json");
    boolean attacked = isAttacked(subject);
    if (Files.exists(file) && (!attacked || UnderAttack.isIn(here))) {
      return JsonFiles.read(file, GridCell.class);
    }
    Outputs.folder(here);
    GridAttacks.Found found =
        attacked ? attacks(subject) : new GridAttacks.Found(List.of(), new UnderAttack(List.of()));
    Optional<Erasing.Applied> applied = subject.applied();
    GridCell cell =
        new GridCell(
            target.toString(),
            subject.method(),
            subject.seed(),
            applied.map(Erasing.Applied::guarantee),
            applied.map(Erasing.Applied::seconds).orElse(0.0),
            applied.flatMap(Erasing.Applied::peak),
            applied.map(Erasing.Applied::after).orElseGet(() -> trial.subject().model()),
            ImageScore.all(trial),
            found.attacks());
    JsonFiles.write(file, cell);
    if (attacked) {
      found.pictures().write(here);
    }
    return cell;
  }

  /** The first seed of each method, the retrained ones, and the model as it was. */
  private boolean isAttacked(Subject subject) {
    return !settings.attacks().isEmpty()
        && (subject.applied().isEmpty() || subject.seed() == settings.firstSeed());
  }

  private GridAttacks.Found attacks(Subject subject) {
    Path retrained = place(RETRAIN, settings.firstSeed()).resolve("model");
    Optional<Path> reference =
        subject.method().equals(RETRAIN) ? Optional.empty() : Optional.of(retrained);
    return new GridAttacks(settings, target, pictures, judge, grid.console())
        .run(new GridAttacks.Models(subject.model(), subject.suppression(), reference, base));
  }
}

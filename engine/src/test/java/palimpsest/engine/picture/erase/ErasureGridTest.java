package palimpsest.engine.picture.erase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Objective;
import palimpsest.api.PictureAttempt;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.dossier.Gallery;
import palimpsest.dossier.Verification;
import palimpsest.dossier.Verifier;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.OneBar;
import palimpsest.engine.picture.PictureRecipe;
import palimpsest.engine.picture.PictureShape;
import palimpsest.engine.picture.judge.TrainedJudge;
import palimpsest.guard.PromptFilter;
import palimpsest.methods.diffusion.SafeSteering;
import palimpsest.methods.diffusion.Uce;
import palimpsest.methods.diffusion.descent.Esd;
import palimpsest.torch.Abreast;
import palimpsest.torch.diffusion.attack.ConceptInversion;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.train.Slicing;

/** Three objects in three styles at 32 x 32 pixels, by a model that has learned next to nothing. */
class ErasureGridTest {
  private static final GridSettings SETTINGS =
      new GridSettings(
              new GridPictures(
                  Optional.empty(),
                  4,
                  3,
                  List.of("fish", "cup", "star"),
                  List.of("flat", "mosaic", "neon")),
              new PictureRecipe(
                  new Recipe(1, 8, 8, 2e-3, 0, Recipe.Decay.CONSTANT, 0, 1, 5),
                  Slicing.NONE,
                  new PictureShape(32, 2, List.of(16, 16), 8, 1, 2, 520),
                  0.2,
                  0.9,
                  Prediction.EPSILON),
              1,
              List.of(new Target(Domain.STYLE, "mosaic")),
              List.of(
                  Uce.defaults(),
                  new Esd(0, 1, 2, 3, 2, 1, 1e-4),
                  new SafeSteering(2000, 0, 0.025, 0.5, 0.7),
                  PromptFilter.Rule.defaults()),
              List.of(1L, 2L),
              new GridSettings.Asking(List.of(1L, 2L, 3L), 2, 2),
              List.of(new ConceptInversion(1, 2, 2, 0.08, 0.01)))
          .withFloor(6);

  @TempDir Path folder;

  private ErasureGrid grid() {
    return new ErasureGrid(SETTINGS, folder.resolve("grid"), Console.SILENT);
  }

  @Test
  void run_twoMethodsAndTwoSeeds_fillsEveryCell_andNothingTwice() throws Exception {
    List<GridCell> cells = grid().run();

    assertThat(cells)
        .extracting(c -> c.method() + " " + c.seed())
        .containsExactly(
            "none 0",
            "exact.retrain 1",
            "exact.retrain-again 1",
            "image.uce 1",
            "image.uce 2",
            "image.esd 1",
            "image.esd 2",
            "image.safe-guidance 1",
            "image.safe-guidance 2",
            "image.prompt-filter 1",
            "image.prompt-filter 2");
    for (GridCell cell : cells) {
      assertThat(cell.value("image.ua")).hasValue(otherThanMosaic(cell));
      assertThat(cell.attacks()).hasSize(cell.seed() <= 1 ? 1 : 0);
    }
    assertThat(cells.get(0).value("image.retrained-distance")).isPresent();
    assertThat(cells.get(3).weights())
        .isEqualTo(cells.get(4).weights())
        .isNotEqualTo(cells.get(0).weights());
    assertThat(cells.get(5).weights()).isNotEqualTo(cells.get(6).weights());
    assertThat(cells.get(0).guarantee()).isEqualTo(Optional.empty());
    assertThat(cells.get(1).guarantee()).contains("EXACT");
    assertThat(cells.get(2).guarantee()).contains("EXACT");
    assertThat(cells.get(2).weights()).isNotEqualTo(cells.get(1).weights());
    assertThat(cells.get(2).value("image.retrained-distance")).isPresent();
    assertThat(cells.get(3).guarantee()).contains("APPROXIMATE");

    Path cell = folder.resolve("grid/style-mosaic/image.esd/seed-2/cell.json");
    byte[] before = Files.readAllBytes(cell);
    assertThat(grid().run()).isEqualTo(cells);
    assertThat(cell).hasBinaryContent(before);

    requireReferenceAttackedOnce(cells);
    requireSuppressed(cells);
    assertThat(cells.get(5).attacks().get(0).subject())
        .isNotEqualTo(cells.get(1).attacks().get(0).subject());
    Path table = grid().report(cells).write(folder.resolve("grid"));
    assertThat(Files.readAllLines(table)).anyMatch(l -> l.startsWith("| image.esd | approximate"));
    assertThat(folder.resolve("grid/grid.csv")).isNotEmptyFile();
    assertThat(folder.resolve("grid/style-mosaic.svg")).isNotEmptyFile();
    assertThat(folder.resolve("grid/style-mosaic.png")).isNotEmptyFile();
    Path dossier = dossier(cells);
    assertThat(dossier.resolve("index.html"))
        .content()
        .contains(
            "image.esd",
            "<img ",
            "to go",
            "Not removed: suppressed only",
            "image.ua-attacked",
            "seeds of the attack")
        .contains("alt=\"image.esd, attacked\"", "alt=\"reference, attacked\"")
        .contains("the <bdi>style</bdi> of ", "What each <bdi>object</bdi> was taken for");
    Verification said = Verifier.verify(dossier, Optional.empty());
    assertThat(said.accepted()).as(said.toString()).isTrue();
  }

  /**
   * Two targets at the same time come to the same weights and scores as one after the other on one
   * thread; with two threads for each operation convolutions round otherwise.
   */
  @Test
  void run_twoTargetsAtOnce_isTheSameAsInTurn() {
    GridSettings two =
        new GridSettings(
            SETTINGS.pictures(),
            SETTINGS.recipe(),
            SETTINGS.judgeEpochs(),
            List.of(new Target(Domain.STYLE, "mosaic"), new Target(Domain.OBJECT, "star")),
            List.of(Uce.defaults(), new Esd(0, 1, 2, 3, 2, 1, 1e-4)),
            List.of(1L),
            SETTINGS.drawing(),
            SETTINGS.attacks());

    ErasureGrid grid = new ErasureGrid(two, folder.resolve("turns"), Console.SILENT);
    List<GridCell> turns = Abreast.all(List.<Supplier<List<GridCell>>>of(grid::run), 1).get(0);
    List<GridCell> abreast =
        new ErasureGrid(two, folder.resolve("abreast"), new OneBar(Console.SILENT), 2).run();

    assertThat(abreast).hasSize(8);
    assertThat(abreast)
        .extracting(c -> c.target() + c.method() + c.weights() + c.scores() + c.attacks())
        .isEqualTo(
            turns.stream()
                .map(c -> c.target() + c.method() + c.weights() + c.scores() + c.attacks())
                .toList());
    assertThat(abreast).allSatisfy(c -> assertThat(c.peak()).isEmpty());
  }

  /**
   * UA by its definition: of the pictures that a model was asked for in mosaic, the share whose
   * likeliest style by the judge is another.
   */
  private double otherThanMosaic(GridCell cell) {
    Path drawn =
        cell.method().equals("none")
            ? folder.resolve("grid/base.json")
            : folder.resolve(
                "grid/style-mosaic/" + cell.method() + "/seed-" + cell.seed() + "/drawn.json");
    PictureEvidence evidence = JsonFiles.read(drawn, PictureEvidence.class);
    assertThat(evidence.model()).startsWith(cell.weights());
    List<PictureEvidence.Drawn> asked =
        evidence.pictures().stream().filter(p -> p.prompt().style().equals("mosaic")).toList();
    assertThat(asked).hasSize(3 * 3); // objects and seeds of noise
    int mosaic = evidence.judge().styles().indexOf("mosaic");
    long others = asked.stream().filter(p -> p.said(Domain.STYLE) != mosaic).count();
    return (double) others / asked.size();
  }

  /** Attacks on the retrained model are found beside it, and are those of its own cell. */
  private void requireReferenceAttackedOnce(List<GridCell> cells) {
    Path retrained = folder.resolve("grid/style-mosaic/exact.retrain/seed-1");
    ReferenceSides.Kept kept =
        JsonFiles.read(retrained.resolve("attacked-as-reference.json"), ReferenceSides.Kept.class);
    assertThat(kept.sides()).hasSize(1); // one attack of one setting, for seven subjects
    assertThat(cells.get(1).attacks().get(0).reference()).isEmpty();
    assertThat(kept.sides().get(0).side()).isEqualTo(cells.get(1).attacks().get(0).subject());
    for (int at : List.of(0, 2, 3, 5, 7, 9)) {
      assertThat(cells.get(at).attacks().get(0).reference()).contains(kept.sides().get(0).side());
    }
    UnderAttack shown = UnderAttack.read(folder.resolve("grid/style-mosaic/image.esd/seed-1"));
    PictureAttempt first = cells.get(5).attacks().get(0).subject().runs().get(0).attempts().get(0);
    assertThat(shown.pictures()).hasSize(1); // of the second of three objects, by the first seed
    assertThat(shown.pictures().get(0).prompt()).isEqualTo(first.prompt());
    assertThat(shown.pictures().get(0).words()).isEqualTo(first.underAttack());
    assertThat(shown.pictures().get(0).probability()).isEqualTo(first.attacked());
  }

  /** The weights stay, what is drawn does not: a filter gives the same grey for every prompt. */
  private void requireSuppressed(List<GridCell> cells) {
    PictureEvidence before =
        JsonFiles.read(folder.resolve("grid/base.json"), PictureEvidence.class);
    for (GridCell cell : cells.subList(7, 11)) {
      assertThat(cell.weights()).isEqualTo(cells.get(0).weights());
      assertThat(cell.guarantee()).contains("SUPPRESSED");
      Path here =
          folder.resolve("grid/style-mosaic/" + cell.method() + "/seed-" + cell.seed() + "/");
      assertThat(here.resolve("model")).doesNotExist();
      PictureEvidence drawn = JsonFiles.read(here.resolve("drawn.json"), PictureEvidence.class);
      assertThat(drawn.model()).startsWith(before.model() + " under " + cell.method());
      for (int i = 0; i < drawn.pictures().size(); i++) {
        boolean same = drawn.pictures().get(i).digest().equals(before.pictures().get(i).digest());
        if (cell.method().equals("image.prompt-filter")) {
          assertThat(same).isEqualTo(!drawn.pictures().get(i).prompt().style().equals("mosaic"));
        }
      }
    }
    assertThat(cells.get(9).attacks().get(0).judged().drawing()).contains("; the subject without");
    assertThat(folder.resolve("grid/style-mosaic-suppressed.png")).isNotEmptyFile();
  }

  private Path dossier(List<GridCell> cells) {
    Path out = folder.resolve("grid");
    Target target = SETTINGS.targets().get(0);
    Request request =
        new Request(
            "IMAGES-1",
            "a painter",
            Request.Reason.COPYRIGHT,
            Objective.BOTH,
            Release.HOSTED,
            new palimpsest.api.Target(
                palimpsest.api.Target.Kind.CONCEPT, List.of("mosaic"), List.of(), List.of()),
            "");
    try (TrainedJudge judge = TrainedJudge.read(out.resolve("judge"))) {
      Gallery gallery =
          new GridGallery(SETTINGS, out, judge)
              .of(target, out.resolve("base/model"), SETTINGS.pictures().read().training());
      return new ErasureDossier(
              SETTINGS,
              out,
              request,
              new ErasureDossier.Officer("a tester", "all of them go"),
              folder.resolve("key.pem"),
              Clock.fixed(Instant.parse("2026-11-23T00:00:00Z"), ZoneOffset.UTC))
          .seal(target, cells, gallery);
    }
  }

  /** Killed behind the model, before it was said what was done. */
  @Test
  void run_whereOnlyTheModelWasWritten_goesOn() throws Exception {
    List<GridCell> cells = grid().run();
    Path cell = folder.resolve("grid/style-mosaic/image.esd/seed-2");
    for (String lost : List.of("applied.json", "drawn.json", "cell.json")) {
      Files.delete(cell.resolve(lost));
    }
    assertThat(grid().run())
        .extracting(GridCell::weights)
        .isEqualTo(cells.stream().map(GridCell::weights).toList());
  }

  @Test
  void run_intoAFolderOfOthers_isRefused() throws Exception {
    Files.createDirectories(folder.resolve("grid"));
    Files.writeString(folder.resolve("grid/mine.txt"), "mine");
    assertThatThrownBy(() -> grid().run())
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("not empty and no grid");
  }
}

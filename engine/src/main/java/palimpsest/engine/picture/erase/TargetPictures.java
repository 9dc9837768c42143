package palimpsest.engine.picture.erase;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Method;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureEvidence.Prompt;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.Picture;
import palimpsest.discovery.image.PictureFile;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.picture.Painting;
import palimpsest.engine.picture.PictureModel;
import palimpsest.engine.picture.Suppression;
import palimpsest.engine.picture.judge.TrainedJudge;
import palimpsest.methods.exact.Retrain;
import palimpsest.torch.diffusion.train.PixelDrawing;
import palimpsest.torch.picture.PictureClassifier.Reading;

/**
 * Draws by the models of a target what its attacks are judged by, and as much of what is to stay,
 * from the noise that the attacks began with.
 *
 * @param settings of the grid
 * @param out folder of the grid
 * @param judge stays the caller's
 */
record TargetPictures(GridSettings settings, Path out, TrainedJudge judge) {
  private static final int ROWS = 5; // of the target, and of what stays

  /** Name of the model as it was. */
  static final String BEFORE = "before";

  /** Name of the one that never met the target. */
  static final String RETRAINED = "retrained";

  /** What all pictures begin from. */
  static long seed() {
    return GridAttacks.SEEDS.get(0);
  }

  /**
   * The first seed of each method, the model as it was and the retrained one first.
   *
   * @param base the model as it was
   * @param training the pictures whose classes are asked for
   */
  SideBySide of(Target target, Path base, ImageCorpus training) {
    List<SideBySide.Row> rows = rows(target, training);
    List<SideBySide.Column> columns = new ArrayList<>();
    Path before = ErasureGrid.place(out, target, GridCell.NONE, 0);
    columns.add(column(new Model(BEFORE, base, Suppression.NONE, before), target, rows));
    columns.add(column(model(target, RETRAINED, Retrain.defaults().id()), target, rows));
    if (settings.floor().isPresent()) {
      columns.add(column(model(target, SecondRetraining.ID, SecondRetraining.ID), target, rows));
    }
    for (Method method : settings.methods()) {
      Model left = model(target, method.id(), method.id());
      Model suppressed =
          new Model(left.name(), base, Erasing.suppression(method, target), left.cell());
      columns.add(column(Suppression.isOne(method) ? suppressed : left, target, rows));
    }
    return new SideBySide(rows, columns);
  }

  /**
   * A model.
   *
   * @param name above its column
   * @param folder of its weights
   * @param suppression under which it draws
   * @param cell folder of what was found of it
   */
  private record Model(String name, Path folder, Suppression suppression, Path cell) {}

  private Model model(Target target, String name, String method) {
    Path cell = ErasureGrid.place(out, target, method, settings.firstSeed());
    return new Model(name, cell.resolve("model"), Suppression.NONE, cell);
  }

  /** The target with classes of the other domain, then other classes with these. */
  private static List<SideBySide.Row> rows(Target target, ImageCorpus training) {
    List<Prompt> toGo = GridAttacks.judgedBy(target, training).stream().limit(ROWS).toList();
    List<String> kin = target.kin(training);
    List<SideBySide.Row> rows = new ArrayList<>();
    toGo.forEach(prompt -> rows.add(new SideBySide.Row(prompt, true)));
    for (int i = 0; i < toGo.size(); i++) {
      String other = toGo.get(i).asked(target.domain().other());
      rows.add(new SideBySide.Row(target.prompt(kin.get(i % kin.size()), other), false));
    }
    return rows;
  }

  private SideBySide.Column column(Model model, Target target, List<SideBySide.Row> rows) {
    List<SideBySide.Cell> drawn = drawn(model, target, rows);
    Optional<PictureAttack> strongest =
        JsonFiles.read(model.cell().resolve("cell.json"), GridCell.class).strongest();
    if (strongest.isEmpty()) {
      List<Optional<SideBySide.Cell>> none =
          rows.stream().map(r -> Optional.<SideBySide.Cell>empty()).toList();
      return new SideBySide.Column(model.name(), drawn, Optional.empty(), none);
    }
    UnderAttack kept = UnderAttack.read(model.cell());
    String attack = strongest.get().attack();
    int side = drawn.get(0).picture().width();
    return new SideBySide.Column(
        model.name(),
        drawn,
        Optional.of(strongest.get().named() + " " + strongest.get().settings()),
        rows.stream()
            .map(r -> kept.of(attack, r.prompt().caption()).map(s -> cell(s, side)))
            .toList());
  }

  private static SideBySide.Cell cell(UnderAttack.Shown shown, int side) {
    byte[] png = Base64.getDecoder().decode(shown.png());
    return new SideBySide.Cell(PictureFile.decode(png, shown.attack(), side), shown.probability());
  }

  private List<SideBySide.Cell> drawn(Model asked, Target target, List<SideBySide.Row> rows) {
    try (PictureModel model = PictureModel.open(asked.folder())) {
      PixelDrawing how =
          new PixelDrawing(
              model.sampler(), settings.drawing().steps(), settings.drawing().guidance(), seed());
      List<Picture> pictures =
          new Painting(model.model(), model.tokenizer(), how, asked.suppression())
                  .draw(
                      rows.stream()
                          .map(r -> new Painting.Asked(r.prompt().caption(), GridAttacks.NOISE))
                          .toList())
                  .stream()
                  .map(rgb -> new Picture(model.side(), model.side(), rgb))
                  .toList();
      int at = judge.pinned().classes(target.domain()).indexOf(target.word());
      List<Reading> said = judge.classifier().read(pictures.stream().map(Picture::rgb).toList());
      List<SideBySide.Cell> cells = new ArrayList<>();
      for (int i = 0; i < pictures.size(); i++) {
        boolean object = target.domain() == Domain.OBJECT;
        double[] shares = object ? said.get(i).objects() : said.get(i).styles();
        cells.add(new SideBySide.Cell(pictures.get(i), Math.min(1, shares[at])));
      }
      return cells;
    }
  }
}

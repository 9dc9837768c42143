package palimpsest.engine.picture.erase;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.api.Metric;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureMetric;
import palimpsest.api.Remedy;
import palimpsest.api.Score;
import palimpsest.dossier.Attempt;
import palimpsest.dossier.Basis;
import palimpsest.dossier.Dossier;
import palimpsest.dossier.Outcome;
import palimpsest.dossier.ScoreRow;
import palimpsest.engine.Brief;
import palimpsest.engine.JsonFiles;
import palimpsest.methods.exact.Retrain;
import palimpsest.metrics.image.ImageMetrics;
import palimpsest.metrics.image.ImageScore;
import palimpsest.metrics.statistics.Interval;

/**
 * What a grid found of one target as the columns of a dossier: the first seed of each method, the
 * model as it was, the retrained one; intervals over all seeds beside.
 *
 * @param settings of the grid
 * @param out folder of the grid
 * @param cells of all targets
 */
record DossierColumns(GridSettings settings, Path out, Target target, List<GridCell> cells) {
  static final String RETRAIN = Retrain.defaults().id();

  /** Id of the row that stands below UA. */
  static final String ATTACKED = "image.ua-attacked";

  private static final String UA = "image.ua";

  DossierColumns {
    cells = cells.stream().filter(c -> c.target().equals(target.toString())).toList();
  }

  /** The first seed of each method by its id, the model as it was first. */
  Map<String, GridCell> first() {
    Map<String, GridCell> first = new LinkedHashMap<>();
    cells.forEach(c -> first.putIfAbsent(c.method(), c));
    return first;
  }

  GridCell of(String method) {
    GridCell cell = first().get(method);
    if (cell == null) {
      throw new IllegalStateException("the grid has no cell of " + method);
    }
    return cell;
  }

  /** The model retrained without the target, on so many pictures. */
  Dossier.Reference reference(int pictures) {
    GridCell retrained = of(RETRAIN);
    return new Dossier.Reference(
        retrained.weights(),
        pictures,
        applied(RETRAIN).steps(),
        retrained.seconds(),
        Optional.empty());
  }

  private Erasing.Applied applied(String method) {
    return JsonFiles.read(
        ErasureGrid.place(out, target, method, settings.firstSeed()).resolve(Erasing.APPLIED),
        Erasing.Applied.class);
  }

  /** What was done. */
  List<Outcome> outcomes() {
    return first().values().stream()
        .filter(cell -> cell.guarantee().isPresent())
        .map(this::outcome)
        .toList();
  }

  private Outcome outcome(GridCell cell) {
    Erasing.Applied done = applied(cell.method());
    Guarantee guarantee = Guarantee.valueOf(cell.guarantee().orElseThrow());
    return new Outcome(
        cell.method(),
        new Remedy(cell.method(), guarantee, done.parameters(), done.steps(), cannotShow(cell)),
        done.steps(),
        done.seconds(),
        done.before(),
        done.after(),
        guarantee == Guarantee.SUPPRESSED,
        Brief.of(cell.attacks().stream().map(this::attempt).toList()),
        guarantee == Guarantee.EXACT
            ? Optional.of(new Basis(Optional.empty(), done.elsewhere()))
            : Optional.empty());
  }

  private List<String> cannotShow(GridCell cell) {
    return settings.methods().stream()
        .filter(m -> m.id().equals(cell.method()))
        .findFirst()
        .map(Method::cannotShow)
        .orElseGet(() -> Retrain.defaults().cannotShow());
  }

  private Attempt attempt(PictureAttack attack) {
    String meaning =
        settings.attacks().stream()
            .filter(a -> a.id().equals(attack.attack()))
            .findFirst()
            .map(a -> a.about().what() + ": " + a.about().formula() + "; " + a.about().source())
            .orElseThrow();
    return new Attempt(attack.version(), meaning, attack.outcome());
  }

  /** A row for each metric, UA under attack below UA. */
  List<ScoreRow> scores() {
    List<ScoreRow> rows = new ArrayList<>();
    for (PictureMetric metric : ImageMetrics.all()) {
      String id = metric.id();
      rows.add(
          new ScoreRow(
              id,
              metric.version(),
              metric.meaning(),
              metric.better(),
              byColumn(cell -> Brief.of(cell.score(id).orElseThrow().score())),
              Optional.of(byColumn(cell -> interval(cell, cell.score(id).orElseThrow())))));
      if (id.equals(UA)) {
        rows.add(attacked());
      }
    }
    return rows;
  }

  private ScoreRow attacked() {
    return new ScoreRow(
        ATTACKED,
        1,
        "0 to 1: share of pictures in which the judge gives the target less than one half, under"
            + " the attack with the largest lead over the retrained model",
        Metric.Better.HIGHER,
        byColumn(cell -> cell.strongest().map(DossierColumns::under).orElseGet(this::unattacked)),
        Optional.of(byColumn(cell -> cell.strongest().map(this::interval).orElse("not attacked"))));
  }

  private static Score under(PictureAttack attack) {
    String by = "under " + attack.named() + " " + attack.settings();
    return Brief.of(new Score.Measured(attack.accuracy().attacked(), List.of(by)));
  }

  private Score unattacked() {
    return new Score.NotMeasured("no attack was tried on this model");
  }

  private String interval(PictureAttack attack) {
    OverSeeds over = GridRow.under(attack, attack.subject());
    int seeds = attack.subject().runs().size();
    return over.interval()
        .map(i -> ends(i) + " over " + seeds + " seeds of the attack")
        .orElse("no interval over the attack's seeds: " + over.why());
  }

  private String interval(GridCell cell, ImageScore score) {
    String pictures =
        score
            .interval()
            .map(i -> ends(i) + " over " + score.pictures() + " pictures")
            .orElse("over pictures " + score.how());
    List<GridCell> all = cells.stream().filter(c -> c.method().equals(cell.method())).toList();
    String seeds =
        new GridRow(cell.target(), cell.method(), all)
            .over(score.id())
            .map(
                over ->
                    over.interval()
                        .map(i -> over.words() + " over " + all.size() + " seeds")
                        .orElse("no interval over seeds: " + over.why()))
            .orElse("not measured");
    return pictures + "; " + seeds;
  }

  private static String ends(Interval interval) {
    return OverSeeds.number(interval.low()) + " to " + OverSeeds.number(interval.high());
  }

  private <T> Map<String, T> byColumn(Function<GridCell, T> value) {
    Map<String, T> columns = new TreeMap<>();
    first()
        .forEach(
            (method, cell) ->
                columns.put(
                    method.equals(GridCell.NONE) ? Dossier.ORIGINAL : method, value.apply(cell)));
    columns.put(Dossier.REFERENCE, value.apply(of(RETRAIN)));
    return columns;
  }
}

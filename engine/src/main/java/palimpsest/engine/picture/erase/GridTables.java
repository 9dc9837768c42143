package palimpsest.engine.picture.erase;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureMetric;
import palimpsest.metrics.image.ImageMetrics;

/**
 * The cells of one target as tables: what was done and what came of it; all attacks; what became of
 * each class that was to stay; all scores.
 *
 * @param target what was to go
 * @param rows of the target
 */
record GridTables(String target, List<GridRow> rows) {
  private static final String NOT_MEASURED = "not measured";

  GridTables {
    rows = List.copyOf(rows);
  }

  List<String> markdown() {
    List<String> lines = new ArrayList<>(List.of("## " + target, ""));
    lines.addAll(summary());
    lines.addAll(List.of("", floor(), "", "### Attacks on " + target, ""));
    lines.addAll(attacks());
    lines.addAll(List.of("", "### What was to stay: drop of accuracy from the model before", ""));
    lines.addAll(damage());
    lines.addAll(List.of("", "### All scores of " + target, ""));
    lines.addAll(scores());
    lines.add("");
    return lines;
  }

  private List<String> summary() {
    List<String> lines = new ArrayList<>();
    lines.add(
        line(
            "method",
            "guarantee",
            "seeds",
            "UA",
            "UA under attack",
            "IRA",
            "CRA",
            "P(target)",
            "distance to retrained",
            "worst neighbour",
            "seconds",
            "peak, MB"));
    lines.add("|---|---|---:|" + "---:|".repeat(9));
    rows.forEach(row -> lines.add(summary(row)));
    return lines;
  }

  private static String summary(GridRow row) {
    GridCell first = row.cells().get(0);
    boolean untouched = first.guarantee().isEmpty();
    return line(
        row.method(),
        first.guarantee().map(g -> g.toLowerCase(Locale.ROOT)).orElse("-"),
        untouched ? "-" : String.valueOf(row.cells().size()),
        words(row, "image.ua"),
        underAttack(row),
        words(row, "image.ira"),
        words(row, "image.cra"),
        words(row, "image.p-concept"),
        words(row, "image.retrained-distance"),
        words(row, "image.neighbour-damage"),
        untouched ? "-" : seconds(row),
        peak(row));
  }

  private static String words(GridRow row, String metric) {
    return row.over(metric).map(OverSeeds::words).orElse(NOT_MEASURED);
  }

  /** That of the attack with the largest lead, and its name. */
  private static String underAttack(GridRow row) {
    Optional<PictureAttack> attack = row.attacked().flatMap(GridCell::strongest);
    if (attack.isEmpty()) {
      return "not attacked";
    }
    PictureAttack strongest = attack.get();
    return GridRow.under(strongest, strongest.subject()).words() + ", " + strongest.named();
  }

  private static String seconds(GridRow row) {
    double mean = row.cells().stream().mapToDouble(GridCell::seconds).average().orElseThrow();
    return String.format(Locale.ROOT, "%.1f", mean);
  }

  private static String peak(GridRow row) {
    return row.cells().stream()
        .flatMap(c -> c.peak().stream())
        .max(Long::compare)
        .map(bytes -> String.format(Locale.ROOT, "%.0f", bytes / 1e6))
        .orElse("-");
  }

  private String floor() {
    return rows.stream()
        .filter(row -> row.method().equals(SecondRetraining.ID))
        .flatMap(row -> row.over("image.retrained-distance").stream())
        .map(
            over ->
                "Floor of the distance to the retrained model: "
                    + OverSeeds.number(over.mean())
                    + ", which is how far a second retraining is from the first by its seed alone.")
        .findFirst()
        .orElse(
            "Floor of the distance to the retrained model: not measured, as no second retraining"
                + " was asked for.");
  }

  private List<String> attacks() {
    List<String> lines = new ArrayList<>();
    lines.add(
        line(
            "method",
            "attack",
            "settings",
            "UA before it",
            "UA under it",
            "the retrained model's under it",
            "lead"));
    lines.add("|---|---|---|" + "---:|".repeat(4));
    for (GridRow row : rows) {
      Optional<GridCell> attacked = row.attacked();
      if (attacked.isEmpty()) {
        lines.add(line(row.method(), "not attacked", "", "", "", "", ""));
      } else {
        attacked.get().attacks().forEach(a -> lines.add(attack(row, a)));
      }
    }
    return lines;
  }

  private static String attack(GridRow row, PictureAttack attack) {
    return line(
        row.method(),
        attack.named(),
        attack.settings().toString(),
        OverSeeds.number(attack.accuracy().plain().value()),
        GridRow.under(attack, attack.subject()).words(),
        attack.reference().map(side -> GridRow.under(attack, side).words()).orElse(NOT_MEASURED),
        attack.lead().fold(m -> OverSeeds.number(m.value()), n -> NOT_MEASURED));
  }

  /** A row for each class, a column for each method that has any. */
  private List<String> damage() {
    List<String> names = new ArrayList<>();
    List<Map<String, OverSeeds>> columns = new ArrayList<>();
    Set<String> classes = new TreeSet<>();
    for (GridRow row : rows) {
      Map<String, OverSeeds> damage = row.damage();
      if (!damage.isEmpty()) {
        names.add(row.method());
        columns.add(damage);
        classes.addAll(damage.keySet());
      }
    }
    if (columns.isEmpty()) {
      return List.of("Not measured.");
    }
    List<String> lines = head("class", names);
    for (String each : classes) {
      List<String> cells = new ArrayList<>(List.of(each));
      columns.forEach(c -> cells.add(words(Optional.ofNullable(c.get(each)))));
      lines.add(line(cells.toArray(String[]::new)));
    }
    return lines;
  }

  private static String words(Optional<OverSeeds> over) {
    return over.map(OverSeeds::words).orElse(NOT_MEASURED);
  }

  /** A row for each metric, a column for each method. */
  private List<String> scores() {
    List<String> lines = head("score", rows.stream().map(GridRow::method).toList());
    for (PictureMetric metric : ImageMetrics.all()) {
      List<String> cells = new ArrayList<>(List.of(metric.id()));
      rows.forEach(row -> cells.add(words(row, metric.id())));
      lines.add(line(cells.toArray(String[]::new)));
      if (metric.id().equals("image.ua")) {
        List<String> attacked = new ArrayList<>(List.of("UA under attack"));
        rows.forEach(row -> attacked.add(underAttack(row)));
        lines.add(line(attacked.toArray(String[]::new)));
      }
    }
    return lines;
  }

  private static List<String> head(String first, List<String> others) {
    List<String> cells = new ArrayList<>(List.of(first));
    cells.addAll(others);
    return new ArrayList<>(
        List.of(line(cells.toArray(String[]::new)), "|---|" + "---:|".repeat(others.size())));
  }

  private static String line(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }
}

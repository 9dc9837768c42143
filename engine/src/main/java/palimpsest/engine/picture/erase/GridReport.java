package palimpsest.engine.picture.erase;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import palimpsest.api.PictureAttack;
import palimpsest.api.Score;
import palimpsest.dossier.Pictures;
import palimpsest.dossier.Scatter;
import palimpsest.methods.exact.Retrain;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * The cells of a grid as a table, as comma-separated values and as a plot for each target.
 *
 * <p>A row of the table is a method on a target: means over its seeds, with the least and the most
 * of them where there are several. UA stands beside the UA under the attack with the largest lead:
 * that brings the target back the most beyond what it brings of a model that never met it, whose UA
 * under the same attack stands next. The values of all attacks are in the CSV.
 *
 * @param cells of a grid, in its order
 */
public record GridReport(List<GridCell> cells) {
  private static final List<String> SHOWN =
      List.of("image.ua", "image.ira", "image.cra", "image.p-concept", "image.retrained-distance");

  public GridReport {
    cells = List.copyOf(cells);
  }

  /** Writes {@code table.md}, {@code grid.csv} and {@code TARGET.svg}; gives the table. */
  public Path write(Path out) {
    AtomicFile.write(out.resolve("grid.csv"), csv().getBytes(StandardCharsets.UTF_8));
    for (String target : targets()) {
      plot(target)
          .ifPresent(svg -> AtomicFile.write(out.resolve(target.replace(':', '-') + ".svg"), svg));
    }
    Path table = out.resolve("table.md");
    AtomicFile.write(table, markdown().getBytes(StandardCharsets.UTF_8));
    return table;
  }

  private List<String> targets() {
    return cells.stream().map(GridCell::target).distinct().toList();
  }

  /** The table of all targets. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        "| target | method | guarantee | UA | IRA | CRA | P(target) | distance to retrained"
            + " | UA under attack | of the retrained | seconds | peak, MB |\n");
    text.append("|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    rows().values().forEach(row -> text.append(line(row)).append('\n'));
    return text.toString();
  }

  /** Cells of one method on one target. */
  private Map<String, List<GridCell>> rows() {
    Map<String, List<GridCell>> rows = new LinkedHashMap<>();
    for (GridCell cell : cells) {
      rows.computeIfAbsent(cell.target() + " " + cell.method(), k -> new ArrayList<>()).add(cell);
    }
    return rows;
  }

  private static String line(List<GridCell> row) {
    GridCell first = row.get(0);
    List<String> columns = new ArrayList<>();
    columns.add(first.target());
    columns.add(first.method());
    columns.add(first.guarantee().map(g -> g.toLowerCase(Locale.ROOT)).orElse("-"));
    SHOWN.forEach(metric -> columns.add(mean(row, metric)));
    Optional<PictureAttack> worst = worst(row);
    columns.add(worst.map(a -> number(attacked(a)) + ", " + a.attack()).orElse("-"));
    columns.add(
        worst
            .flatMap(PictureAttack::referenceAccuracy)
            .map(r -> number(r.attacked().value()))
            .orElse("-"));
    columns.add(first.guarantee().isEmpty() ? "-" : seconds(row));
    columns.add(peak(row));
    return "| " + String.join(" | ", columns) + " |";
  }

  private static double lead(PictureAttack attack) {
    return attack.lead().fold(m -> m.value(), n -> -attacked(attack));
  }

  private static double attacked(PictureAttack attack) {
    return attack.accuracy().attacked().value();
  }

  /** The attack with the largest lead over the reference. */
  private static Optional<PictureAttack> worst(List<GridCell> row) {
    return row.stream()
        .flatMap(cell -> cell.attacks().stream())
        .max(Comparator.comparingDouble(GridReport::lead));
  }

  private static OptionalDouble value(GridCell cell, String metric) {
    return cell.score(metric)
        .map(s -> s.score().fold(m -> OptionalDouble.of(m.value()), n -> OptionalDouble.empty()))
        .orElse(OptionalDouble.empty());
  }

  private static String mean(List<GridCell> row, String metric) {
    List<Double> values =
        row.stream().flatMap(c -> value(c, metric).stream().boxed()).sorted().toList();
    if (values.isEmpty()) {
      return "-";
    }
    double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
    double least = values.get(0);
    double most = values.get(values.size() - 1);
    return least == most
        ? number(mean)
        : number(mean) + " (" + number(least) + " to " + number(most) + ")";
  }

  private static String seconds(List<GridCell> row) {
    double mean = row.stream().mapToDouble(GridCell::seconds).average().orElseThrow();
    return String.format(Locale.ROOT, "%.1f", mean);
  }

  private static String peak(List<GridCell> row) {
    return row.stream()
        .flatMap(c -> c.peak().stream())
        .max(Long::compare)
        .map(bytes -> String.format(Locale.ROOT, "%.0f", bytes / 1e6))
        .orElse("-");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** A line for each score of each cell, and for each attack. */
  String csv() {
    StringBuilder text =
        new StringBuilder("target,method,seed,weights,what,value,low,high,pictures,seeds,note\n");
    for (GridCell cell : cells) {
      String head =
          cell.target() + "," + cell.method() + "," + cell.seed() + "," + cell.weights() + ",";
      for (palimpsest.metrics.image.ImageScore score : cell.scores()) {
        String value = score.score().fold(m -> String.valueOf(m.value()), n -> "");
        String note = score.score().fold(m -> score.how(), Score.NotMeasured::reason);
        text.append(head)
            .append(score.id() + "," + value + ",")
            .append(score.interval().map(i -> i.low() + "," + i.high()).orElse(","))
            .append("," + score.pictures() + "," + score.seeds() + "," + quoted(note) + "\n");
      }
      for (PictureAttack attack : cell.attacks()) {
        text.append(head)
            .append(attack.attack() + "," + attacked(attack) + ",,,,")
            .append(attack.subject().runs().size() + ",")
            .append(quoted(attack.outcome().why()) + "\n");
      }
    }
    return text.toString();
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\"", "\"\"").replace("\n", " ") + "\"";
  }

  /** IRA to the right, P(target) upwards; none where a model has neither. */
  private Optional<byte[]> plot(String target) {
    List<Scatter.Spot> spots = new ArrayList<>();
    for (List<GridCell> row : rows().values()) {
      GridCell first = row.get(0);
      OptionalDouble x = average(row, "image.ira");
      OptionalDouble y = average(row, "image.p-concept");
      if (first.target().equals(target) && x.isPresent() && y.isPresent()) {
        spots.add(
            new Scatter.Spot(
                first.method(), x.getAsDouble(), y.getAsDouble(), kind(first.method()), false));
      }
    }
    return Pictures.scatter(
        new Scatter(
            "What is kept and what is left of " + target,
            "image.ira",
            "image.p-concept",
            spots,
            Optional.empty()));
  }

  private static OptionalDouble average(List<GridCell> row, String metric) {
    return row.stream().flatMapToDouble(c -> value(c, metric).stream()).average();
  }

  private static Scatter.Kind kind(String method) {
    if (method.equals(GridCell.NONE)) {
      return Scatter.Kind.ORIGINAL;
    }
    return method.equals(Retrain.defaults().id()) ? Scatter.Kind.REFERENCE : Scatter.Kind.OUTCOME;
  }
}

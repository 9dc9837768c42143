package palimpsest.engine.picture.erase;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import palimpsest.dossier.Pictures;
import palimpsest.dossier.Scatter;
import palimpsest.engine.picture.judge.Confusion;
import palimpsest.engine.picture.judge.JudgeTraining;
import palimpsest.methods.exact.Retrain;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * The cells of a grid as tables, as comma-separated values and as a plot for each target; with the
 * judge's own errors, without which none of its scores can be read.
 *
 * <p>A row of a table is a method on a target: means over its seeds with their intervals. UA stands
 * beside the UA under the attack with the largest lead, and all attacks below.
 *
 * @param cells of a grid, in its order
 * @param judge its errors on held-out drawings
 */
public record GridReport(List<GridCell> cells, JudgeTraining.Worth judge) {
  private static final List<String> NOTES =
      List.of(
          "±: half the 95 % interval over a method's seeds by Student's t, under attack over the",
          "attack's seeds; where there is none it is said why: one seed has none, and a method",
          "without chance gives one model whatever the seed. Intervals over pictures are in",
          "grid.csv. All of them leave out the judge's errors.",
          "",
          "UA: share of the target's pictures that the judge takes for another class. Under"
              + " attack:",
          "share in which it gives the target less than one half, on other prompts than those that",
          "settings of the attack were chosen on; the table of attacks has the same before it."
              + " Named",
          "is the attack with the largest lead over the retrained model, which never met the"
              + " target;",
          "where nothing is led over, that with the least UA. Attacked is the first seed of each",
          "method. IRA, CRA: share of other pictures with the right class, of the target's domain",
          "and of the other one. Distance: total variation between what the judge says of the",
          "target's pictures and of the retrained model's.",
          "",
          "Inversion and relearning need the weights, and whoever has these draws without a",
          "suppression: of a method that suppresses, UA before and under these two is that of the",
          "model as it was. The attack that is named was chosen among all by what it came to, so",
          "that UA under it is lower than one attack chosen beforehand would leave it.");

  public GridReport {
    cells = List.copyOf(cells);
  }

  /** Writes {@code table.md}, {@code grid.csv} and {@code TARGET.svg}; gives the table. */
  public Path write(Path out) {
    AtomicFile.write(
        out.resolve("grid.csv"), new GridCsv(cells).text().getBytes(StandardCharsets.UTF_8));
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

  private List<GridRow> rows(String target) {
    return GridRow.of(cells).stream().filter(row -> row.target().equals(target)).toList();
  }

  /** The judge, the tables of all targets, and what their words mean. */
  String markdown() {
    List<String> lines = new ArrayList<>(List.of("# Erasures side by side", ""));
    lines.addAll(List.of("## The judge's own errors", ""));
    lines.addAll(errors("object", judge.objects()));
    lines.addAll(errors("style", judge.styles()));
    targets().forEach(target -> lines.addAll(new GridTables(target, rows(target)).markdown()));
    lines.addAll(NOTES);
    return String.join("\n", lines) + "\n";
  }

  private static List<String> errors(String what, Confusion confusion) {
    return List.of(
        String.format(
            Locale.ROOT,
            "It tells the %s of %d of %d held-out drawings: %.1f %% (%.1f to %.1f). Each, and what"
                + " it is taken for:",
            what,
            confusion.right(),
            confusion.total(),
            100 * confusion.accuracy(),
            100 * confusion.interval().low(),
            100 * confusion.interval().high()),
        "",
        "```",
        confusion.table().stripTrailing(),
        "```",
        "");
  }

  /** IRA to the right, P(target) upwards; none where a model has neither. */
  private Optional<byte[]> plot(String target) {
    List<Scatter.Spot> spots = new ArrayList<>();
    for (GridRow row : rows(target)) {
      Optional<OverSeeds> x = row.over("image.ira");
      Optional<OverSeeds> y = row.over("image.p-concept");
      if (x.isPresent() && y.isPresent()) {
        spots.add(
            new Scatter.Spot(
                row.method(), x.get().mean(), y.get().mean(), kind(row.method()), false));
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

  private static Scatter.Kind kind(String method) {
    if (method.equals(GridCell.NONE)) {
      return Scatter.Kind.ORIGINAL;
    }
    return method.equals(Retrain.defaults().id()) ? Scatter.Kind.REFERENCE : Scatter.Kind.OUTCOME;
  }
}

package palimpsest.engine.picture.erase;

import java.util.List;
import java.util.Optional;
import palimpsest.api.PictureAttack;
import palimpsest.api.Score;
import palimpsest.metrics.image.ImageScore;
import palimpsest.metrics.statistics.Interval;

/**
 * All of a grid as comma-separated values: for each cell its scores with their intervals over
 * pictures, what became of each neighbour, and every attack; for each method its scores over seeds.
 *
 * @param cells of a grid
 */
record GridCsv(List<GridCell> cells) {
  private static final String HEAD =
      "target,method,seed,weights,what,value,low,high,pictures,seeds,note\n";

  String text() {
    StringBuilder text = new StringBuilder(HEAD);
    for (GridCell cell : cells) {
      cell.scores().forEach(score -> text.append(score(cell, score)));
      new GridRow(cell.target(), cell.method(), List.of(cell))
          .damage()
          .forEach((name, drop) -> text.append(damage(cell, name, drop)));
      if (cell.attacks().isEmpty()) {
        text.append(head(cell) + "attacks,,,,,," + quoted("not attacked") + "\n");
      }
      cell.attacks().forEach(attack -> text.append(attack(cell, attack)));
    }
    GridRow.of(cells).forEach(row -> text.append(overSeeds(row)));
    return text.toString();
  }

  private static String head(GridCell cell) {
    return cell.target() + "," + cell.method() + "," + cell.seed() + "," + cell.weights() + ",";
  }

  private static String score(GridCell cell, ImageScore score) {
    String value = score.score().fold(m -> String.valueOf(m.value()), n -> "");
    String note = score.score().fold(m -> score.how(), Score.NotMeasured::reason);
    return head(cell)
        + String.join(
            ",",
            score.id(),
            value,
            ends(score.interval()),
            String.valueOf(score.pictures()),
            String.valueOf(score.seeds()),
            quoted(note))
        + "\n";
  }

  private static String damage(GridCell cell, String name, OverSeeds drop) {
    return head(cell)
        + ("image.neighbour-damage of " + name)
        + ","
        + drop.mean()
        + ",,,,,"
        + quoted("drop of accuracy from the model before")
        + "\n";
  }

  /** UA before it, under it, the retrained model's under it, and the lead. */
  private static String attack(GridCell cell, PictureAttack attack) {
    OverSeeds under = GridRow.under(attack, attack.subject());
    String seeds = String.valueOf(attack.subject().runs().size());
    String plain = String.valueOf(attack.accuracy().plain().value());
    String reference =
        attack
            .reference()
            .map(side -> GridRow.under(attack, side))
            .map(over -> over.mean() + "," + ends(over.interval()))
            .orElse(",,");
    String lead = attack.lead().fold(m -> String.valueOf(m.value()), n -> "");
    String note = quoted(attack.settings() + ": " + attack.outcome().why());
    String start = head(cell) + attack.named();
    return start
        + (" UA before," + plain + ",,,," + seeds + "," + note + "\n")
        + (start + " UA under," + under.mean() + "," + ends(under.interval()))
        + (",," + seeds + "," + note + "\n")
        + (start + " UA under of the retrained," + reference + ",," + seeds + "," + note + "\n")
        + (start + " lead," + lead + ",,,," + seeds + "," + note + "\n");
  }

  private static String overSeeds(GridRow row) {
    StringBuilder text = new StringBuilder();
    for (ImageScore score : row.cells().get(0).scores()) {
      Optional<OverSeeds> over = row.over(score.id());
      if (over.isPresent()) {
        OverSeeds it = over.get();
        String why = it.why().isEmpty() ? "Student's, over seeds" : "no interval: " + it.why();
        text.append(row.target() + "," + row.method() + ",all,," + score.id() + ",")
            .append(it.mean() + "," + ends(it.interval()) + ",,")
            .append(row.cells().size() + "," + quoted(why) + "\n");
      }
    }
    return text.toString();
  }

  private static String ends(Optional<Interval> interval) {
    return interval.map(i -> i.low() + "," + i.high()).orElse(",");
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\"", "\"\"").replace("\n", " ") + "\"";
  }
}

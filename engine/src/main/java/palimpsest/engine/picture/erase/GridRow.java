package palimpsest.engine.picture.erase;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.Explanation;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttack.Side;

/**
 * What one method came to on one target.
 *
 * @param target what was to go
 * @param method id
 * @param cells one for each seed, at least one
 */
record GridRow(String target, String method, List<GridCell> cells) {
  private static final String DAMAGE = "image.neighbour-damage";
  private static final String DROP = "drop of ";

  GridRow {
    cells = List.copyOf(cells);
  }

  /** The rows of all cells, in their order. */
  static List<GridRow> of(List<GridCell> cells) {
    Map<String, List<GridCell>> rows = new LinkedHashMap<>();
    for (GridCell cell : cells) {
      rows.computeIfAbsent(cell.target() + " " + cell.method(), k -> new ArrayList<>()).add(cell);
    }
    return rows.values().stream()
        .map(row -> new GridRow(row.get(0).target(), row.get(0).method(), row))
        .toList();
  }

  /** How many different models the seeds made. */
  private long models() {
    return cells.stream().map(GridCell::weights).distinct().count();
  }

  /** A metric over the seeds; empty where it was measured with none. */
  Optional<OverSeeds> over(String metric) {
    return OverSeeds.of(
        cells.stream().flatMapToDouble(c -> c.value(metric).stream()).toArray(), models());
  }

  /** How much worse each kept class is drawn than before, over the seeds, by its name. */
  Map<String, OverSeeds> damage() {
    Map<String, List<Double>> drops = new TreeMap<>();
    for (GridCell cell : cells) {
      cell.score(DAMAGE).stream()
          .flatMap(s -> s.score().fold(m -> m.because().from(), n -> none()).stream())
          .forEach(
              drop -> drops.computeIfAbsent(named(drop), k -> new ArrayList<>()).add(drop.value()));
    }
    Map<String, OverSeeds> damage = new TreeMap<>();
    drops.forEach(
        (name, values) ->
            OverSeeds.of(values.stream().mapToDouble(v -> v).toArray(), models())
                .ifPresent(over -> damage.put(name, over)));
    return damage;
  }

  private static List<Explanation> none() {
    return List.of();
  }

  /** {@code drop of object fish} is of {@code object fish}. */
  private static String named(Explanation drop) {
    return drop.what().startsWith(DROP) ? drop.what().substring(DROP.length()) : drop.what();
  }

  /** The cell that was attacked, if one was. */
  Optional<GridCell> attacked() {
    return cells.stream().filter(cell -> !cell.attacks().isEmpty()).findFirst();
  }

  /** UA under an attack, over the attack's own seeds. */
  static OverSeeds under(PictureAttack attack, Side side) {
    double[] values =
        side.perSeed(attack.judged().threshold()).stream()
            .mapToDouble(ua -> ua.attacked().value())
            .toArray();
    return OverSeeds.of(values, values.length).orElseThrow();
  }
}

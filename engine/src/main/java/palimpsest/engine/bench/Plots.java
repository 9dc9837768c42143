package palimpsest.engine.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import palimpsest.dossier.Pictures;
import palimpsest.dossier.Scatter;

/**
 * Utility against the gap of each method, a plot for each forget set, where there is anything to
 * draw.
 *
 * @param floor in parts of the original's utility
 * @param out folder of the pictures
 */
record Plots(Benchmark benchmark, double floor, Path out) {

  /** Writes those that have something to show; gives whether there is one. */
  boolean write(List<Report.Row> rows) {
    boolean any = false;
    for (Benchmark.ForgetSet set : benchmark.sets()) {
      boolean first = set.equals(benchmark.sets().get(0));
      Path file = out.resolve(first ? "trade-off.svg" : "trade-off-" + set.name() + ".svg");
      Optional<byte[]> svg =
          scatter(set, rows.stream().filter(r -> r.set().equals(set.name())).toList())
              .flatMap(Pictures::scatter);
      svg.ifPresent(bytes -> Report.bytes(file, bytes));
      any |= svg.isPresent();
    }
    return any;
  }

  private Optional<Scatter> scatter(Benchmark.ForgetSet set, List<Report.Row> rows) {
    Map<String, Report.Row> drawn = new LinkedHashMap<>();
    rows.stream()
        .filter(r -> r.values().containsKey(Values.UTILITY) && r.values().containsKey(Values.GAP))
        .forEach(r -> drawn.put(r.label(), r));
    List<Front.At> methods =
        drawn.values().stream()
            .filter(r -> !r.spec().isEmpty())
            .map(r -> new Front.At(r.label(), mean(r, Values.UTILITY), mean(r, Values.GAP)))
            .toList();
    List<String> front = Front.of(methods).stream().map(Front.At::name).toList();
    if (methods.isEmpty()) {
      return Optional.empty();
    }
    List<Scatter.Spot> spots =
        drawn.values().stream()
            .map(
                r ->
                    new Scatter.Spot(
                        r.label(),
                        mean(r, Values.UTILITY),
                        mean(r, Values.GAP),
                        kind(r),
                        front.contains(r.label())))
            .toList();
    return Optional.of(
        new Scatter(
            "Utility against forgetting on " + benchmark.name() + " " + set.name(),
            "utility on what is kept (higher is better)",
            gapTo(drawn),
            spots,
            Optional.ofNullable(drawn.get(Report.ORIGINAL))
                .map(o -> Selection.least(floor, mean(o, Values.UTILITY)))));
  }

  private static String gapTo(Map<String, Report.Row> drawn) {
    String to =
        drawn.containsKey(Report.REFERENCE)
            ? "the retrained model"
            : drawn.containsKey(Report.GIVEN)
                ? "the given reference"
                : "0 or chance, for want of a retrained model";
    return "gap to " + to + " (lower is better)";
  }

  private static Scatter.Kind kind(Report.Row row) {
    return switch (row.label()) {
      case Report.ORIGINAL -> Scatter.Kind.ORIGINAL;
      case Report.REFERENCE, Report.GIVEN -> Scatter.Kind.REFERENCE;
      default -> Scatter.Kind.OUTCOME;
    };
  }

  private static double mean(Report.Row row, String key) {
    return Optional.ofNullable(row.values().get(key)).map(Spread::mean).orElse(0.0);
  }
}

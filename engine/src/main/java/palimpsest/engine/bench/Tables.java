package palimpsest.engine.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A grid as a table to read and as one to compute with.
 *
 * @param plotted whether there are pictures of it
 */
record Tables(List<Benchmark.Column> columns, Report.Grid grid, boolean plotted) {

  /** Markdown: a table for each forget set, the search, and notes. */
  List<String> markdown() {
    List<String> lines = new ArrayList<>();
    Map<String, Integer> notes = new LinkedHashMap<>();
    lines.add("# " + grid.benchmark());
    lines.add("");
    lines.add(grid.progress() + ".");
    grid.rows().stream()
        .map(Report.Row::set)
        .distinct()
        .forEach(set -> lines.addAll(results(set, notes)));
    lines.addAll(search());
    lines.add("");
    lines.add(
        "±: half the 95 % interval over seeds by Student's t. A dash: not measured. Gap: mean");
    lines.add("over " + String.join(", ", grid.gap()) + " of");
    lines.add(
        hasReference()
            ? "|model - reference| / |original - reference|; 0 is like the reference. Utility: "
            : "|model - t| / |original - t|, t being 0 or chance, as there is no reference. Utility: ");
    lines.add(grid.utility() + " on the splits forget and retain alone.");
    lines.add("A metric whose denominator is less than " + Gap.LEAST + " is left out.");
    lines.add("");
    lines.add(grid.rule());
    if (plotted) {
      lines.add("");
      lines.add(
          "trade-off.svg has the means: filled circles are on the Pareto front, the square is the");
      lines.add(
          "original, "
              + (hasReference() ? "the diamond the reference, " : "")
              + "the dashed line the floor.");
    }
    if (grid.least().filter(least -> least == 0).isPresent()) {
      lines.add("");
      lines.add(
          "The original's utility is 0, so that every candidate reaches the floor: it does not");
      lines.add("know what is kept, and nothing here says what forgetting costs.");
    }
    if (!grid.builds().isEmpty()) {
      lines.add("");
      lines.add(
          "Made by "
              + String.join(", ", grid.builds())
              + "; each cell's own provenance says which.");
    }
    if (!notes.isEmpty()) {
      lines.add("");
    }
    notes.forEach((note, number) -> lines.add("[" + number + "] " + note + "  "));
    return lines;
  }

  private boolean hasReference() {
    return grid.rows().stream().anyMatch(Report::isReference);
  }

  private List<String> results(String set, Map<String, Integer> notes) {
    List<String> lines = new ArrayList<>(List.of("", "## " + set, ""));
    StringBuilder head = new StringBuilder("| model | parameters | seeds | floor | seconds |");
    columns.forEach(c -> head.append(' ').append(c.title()).append(" |"));
    lines.add(head.toString());
    lines.add("|---|---|---:|---|---:|" + "---:|".repeat(columns.size()));
    grid.rows().stream().filter(r -> r.set().equals(set)).forEach(r -> lines.add(line(r, notes)));
    return lines;
  }

  private String line(Report.Row row, Map<String, Integer> notes) {
    StringBuilder line = new StringBuilder("| " + row.label());
    row.failed().forEach(why -> line.append(mark(row.label() + " failed: " + why, notes)));
    line.append(" | ").append(parameters(row.spec()));
    line.append(" | ").append(row.spec().isEmpty() ? "" : row.seeds() + " of " + row.wanted());
    line.append(" | ").append(row.reached().map(r -> r ? "reached" : "below").orElse(""));
    line.append(" | ").append(row.seconds().map(s -> number(s.mean())).orElse("")).append(" |");
    for (Benchmark.Column column : columns) {
      line.append(' ').append(shown(row, column));
      if (!column.key().contains("/")) {
        row.warnings()
            .getOrDefault(column.key(), List.of())
            .forEach(w -> line.append(mark(column.key() + ": " + w, notes)));
      }
      line.append(" |");
    }
    return line.toString();
  }

  /** The spec without the method's name, which the row has already. */
  private static String parameters(String spec) {
    return spec.contains(":") ? spec.substring(spec.indexOf(':') + 1) : "";
  }

  private static String mark(String note, Map<String, Integer> notes) {
    String safe = note.replaceAll("[\\p{Cntrl}|]+", " ");
    return " [" + notes.computeIfAbsent(safe, n -> notes.size() + 1) + "]";
  }

  private static String shown(Report.Row row, Benchmark.Column column) {
    Optional<Spread> spread = spread(row, column);
    if (spread.isEmpty()) {
      return "-";
    }
    Spread s = spread.get();
    String value =
        column.logarithmic()
            ? number(Math.pow(10, s.mean()))
            : number(s.mean()) + s.half().map(h -> " ± " + number(h)).orElse("");
    return value + (s.n() < row.seeds() ? " (" + s.n() + " of " + row.seeds() + ")" : "");
  }

  /** Of a logarithmic column, of the logarithms. */
  private static Optional<Spread> spread(Report.Row row, Benchmark.Column column) {
    return Optional.ofNullable(
        row.values().get(column.logarithmic() ? column.key() + "/log10 p" : column.key()));
  }

  private static String number(double value) {
    double size = Math.abs(value);
    if (size == 0) {
      return "0";
    }
    if (size < 1e-3 || size >= 1e6) {
      return String.format(Locale.ROOT, "%.2e", value);
    }
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  private List<String> search() {
    List<String> lines = new ArrayList<>();
    if (!grid.search().isEmpty()) {
      lines.addAll(List.of("", "## Search", ""));
      grid.least()
          .ifPresent(
              least ->
                  lines.add(
                      "Floor: utility of at least "
                          + number(least)
                          + ", "
                          + number(grid.floor())
                          + " times the original's."));
      lines.addAll(List.of("", "| candidate | utility | gap | |", "|---|---:|---:|---|"));
      for (Report.Tried t : grid.search()) {
        String end =
            t.failed()
                .map(w -> w.replaceAll("[\\p{Cntrl}|]+", " "))
                .orElse(t.atEdge() ? "taken, at the highest rate tried" : t.taken() ? "taken" : "");
        lines.add(
            String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s |",
                t.spec(),
                t.utility().map(Tables::number).orElse("-"),
                t.gap().map(Tables::number).orElse("-"),
                end));
      }
    }
    return lines;
  }

  /** CSV (RFC 4180) with exact numbers, a mean and a half interval for each column. */
  List<String> csv() {
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder("set,model,spec,seeds,floor,seconds");
    columns.forEach(
        c -> head.append(',').append(quoted(c.key())).append(',').append(quoted(c.key() + " ±")));
    lines.add(head.toString());
    for (Report.Row row : grid.rows()) {
      StringBuilder line =
          new StringBuilder(
              String.join(
                  ",",
                  quoted(row.set()),
                  quoted(row.label()),
                  quoted(row.spec()),
                  String.valueOf(row.seeds()),
                  row.reached().map(r -> r ? "reached" : "below").orElse(""),
                  row.seconds().map(s -> String.valueOf(s.mean())).orElse("")));
      for (Benchmark.Column column : columns) {
        Optional<Spread> spread = spread(row, column);
        line.append(',')
            .append(
                spread
                    .map(s -> column.logarithmic() ? Math.pow(10, s.mean()) : s.mean())
                    .map(String::valueOf)
                    .orElse(""));
        line.append(',')
            .append(
                column.logarithmic()
                    ? ""
                    : spread.flatMap(Spread::half).map(String::valueOf).orElse(""));
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private static String quoted(String text) {
    return text.matches("[^\",\r\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }
}

package palimpsest.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import palimpsest.api.Finding;

/** Findings for people: two lines each, and how many there are of each kind. */
record FindingsTable(Screen screen) {

  void print(List<Finding> findings, int limit) {
    for (Finding f : findings.subList(0, Math.min(limit, findings.size()))) {
      screen.heading(
          String.format(
              Locale.ROOT, "%s  %s  %.2f  %s", f.place(), name(f.match()), f.score(), f.field()));
      screen.excerpt("    ", f.excerpt());
    }
    if (findings.size() > limit) {
      screen.line("... and " + (findings.size() - limit) + " more: give --limit or --out");
    }
    Map<Finding.Match, Long> counts =
        findings.stream()
            .collect(Collectors.groupingBy(Finding::match, TreeMap::new, Collectors.counting()));
    long records = findings.stream().map(Finding::exampleId).distinct().count();
    screen.line(
        findings.size()
            + " passages in "
            + records
            + " records: "
            + counts.entrySet().stream()
                .map(e -> e.getValue() + " " + name(e.getKey()))
                .collect(Collectors.joining(", ")));
  }

  private static String name(Finding.Match match) {
    return match.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

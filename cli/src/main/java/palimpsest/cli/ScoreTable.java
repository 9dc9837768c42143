package palimpsest.cli;

import java.util.Locale;
import java.util.Map;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.metrics.BuiltInMetrics;

/** Scores for people: value and direction, or the reason why there is none. */
record ScoreTable(Screen screen) {

  void print(Map<String, Score> scores) {
    for (Metric metric : BuiltInMetrics.all()) {
      Score score = scores.get(metric.id());
      if (score != null) {
        String label = String.format(Locale.ROOT, "%-32s ", metric.id());
        score.fold(
            m -> {
              screen.line(
                  label
                      + String.format(Locale.ROOT, "%10.4g", m.value())
                      + "  "
                      + direction(metric.better()));
              m.warnings().forEach(w -> Wrapped.print(screen, "    note: ", w));
              return 0;
            },
            n -> {
              Wrapped.print(screen, label + "not measured: ", n.reason());
              return 0;
            });
      }
    }
  }

  static String direction(Metric.Better better) {
    return switch (better) {
      case HIGHER -> "higher is better";
      case LOWER -> "lower is better";
      case NEARER_REFERENCE -> "nearer the reference is better";
    };
  }
}

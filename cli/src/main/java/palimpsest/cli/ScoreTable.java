package palimpsest.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.engine.Judging;
import palimpsest.metrics.BuiltInMetrics;
import palimpsest.metrics.statistics.Interval;

/**
 * Scores for people: value, interval, and where a better unlearned model lies; then what was not
 * measured, by reason.
 */
record ScoreTable(Screen screen) {

  void print(Judging.Judgement judgement) {
    screen.line("+ higher is better, - lower, ~ nearer the reference; 95 % over the examples");
    Map<String, List<String>> unmeasured = new LinkedHashMap<>();
    for (Metric metric : BuiltInMetrics.all()) {
      Optional.ofNullable(judgement.scores().get(metric.id()))
          .ifPresent(
              score ->
                  score.fold(
                      m -> print(metric, m, judgement.intervals()),
                      n ->
                          unmeasured
                              .computeIfAbsent(n.reason(), r -> new ArrayList<>())
                              .add(metric.id())));
    }
    unmeasured.forEach(
        (reason, ids) ->
            Wrapped.print(screen, "not measured: ", String.join(", ", ids) + ": " + reason));
  }

  private boolean print(Metric metric, Score.Measured m, Map<String, Interval> intervals) {
    String interval =
        Optional.ofNullable(intervals.get(metric.id()))
            .map(i -> String.format(Locale.ROOT, "%.3g to %.3g", i.low(), i.high()))
            .orElse("");
    String line =
        String.format(
            Locale.ROOT,
            "%s %-49s %9.4g  %s",
            sign(metric.better()),
            metric.id(),
            m.value(),
            interval);
    screen.line(line.stripTrailing());
    m.warnings().forEach(w -> Wrapped.print(screen, "    note: ", w));
    return true;
  }

  private static String sign(Metric.Better better) {
    return switch (better) {
      case HIGHER -> "+";
      case LOWER -> "-";
      case NEARER_REFERENCE -> "~";
    };
  }

  static String direction(Metric.Better better) {
    return switch (better) {
      case HIGHER -> "higher is better";
      case LOWER -> "lower is better";
      case NEARER_REFERENCE -> "nearer the reference is better";
    };
  }
}

package palimpsest.dossier;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Metric;
import palimpsest.api.Score;

/**
 * One metric's scores of all models.
 *
 * @param metric the metric's id
 * @param version of its arithmetic
 * @param meaning range, units and sign convention, one line for people
 * @param better in which direction a better unlearned model lies
 * @param scores per column of the dossier; a missing value is {@link Score.NotMeasured}, never left
 *     out
 * @param intervals per column in words, such as {@code 0.71 to 0.79 over 216 pictures}, or why
 *     there is none; absent where the metric is told without
 */
public record ScoreRow(
    String metric,
    int version,
    String meaning,
    Metric.Better better,
    Map<String, Score> scores,
    Optional<Map<String, String>> intervals) {
  public ScoreRow {
    Check.notBlank(metric, "metric id");
    scores = Dossier.sorted(scores);
    intervals = intervals.map(Dossier::sorted);
    if (intervals.isPresent() && !intervals.get().keySet().equals(scores.keySet())) {
      throw new InvalidRequest(
          "dossier: intervals of "
              + metric
              + " must cover "
              + scores.keySet()
              + ", got "
              + intervals.get().keySet()
              + ": say why where one lacks");
    }
  }

  /** Told without intervals. */
  public ScoreRow(
      String metric, int version, String meaning, Metric.Better better, Map<String, Score> scores) {
    this(metric, version, meaning, better, scores, Optional.empty());
  }

  /** Records a metric's scores together with its own description. */
  public static ScoreRow of(Metric metric, Map<String, Score> scores) {
    return new ScoreRow(metric.id(), metric.version(), metric.meaning(), metric.better(), scores);
  }

  /** The value of a column, empty where it was not measured. */
  public OptionalDouble value(String column) {
    Score score = scores.get(column);
    return score == null
        ? OptionalDouble.empty()
        : score.fold(m -> OptionalDouble.of(m.value()), n -> OptionalDouble.empty());
  }
}

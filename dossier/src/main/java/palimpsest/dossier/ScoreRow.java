package palimpsest.dossier;

import java.util.Map;
import java.util.OptionalDouble;
import palimpsest.api.Check;
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
 */
public record ScoreRow(
    String metric, int version, String meaning, Metric.Better better, Map<String, Score> scores) {
  public ScoreRow {
    Check.notBlank(metric, "metric id");
    scores = Dossier.sorted(scores);
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

package palimpsest.engine.picture.erase;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import palimpsest.api.PictureAttack;
import palimpsest.metrics.image.ImageScore;

/**
 * What one method with one seed came to on one target.
 *
 * @param target what was to go
 * @param method id; {@code none} for the model as it was
 * @param seed of the method
 * @param guarantee class; empty for the model as it was
 * @param seconds that the method took
 * @param peak most resident memory meanwhile, in bytes, where it can be measured
 * @param weights digest of the parameters that were judged
 * @param scores by all metrics, of pictures by the judge
 * @param attacks that were tried; none where it was not attacked, as later seeds are not
 */
public record GridCell(
    String target,
    String method,
    long seed,
    Optional<String> guarantee,
    double seconds,
    Optional<Long> peak,
    String weights,
    List<ImageScore> scores,
    List<PictureAttack> attacks) {
  /** Method of the row of the model as it was. */
  static final String NONE = "none";

  public GridCell {
    scores = List.copyOf(scores);
    attacks = List.copyOf(attacks);
  }

  /** What a metric came to; empty where it was not measured. */
  OptionalDouble value(String metric) {
    return score(metric)
        .map(s -> s.score().fold(m -> OptionalDouble.of(m.value()), n -> OptionalDouble.empty()))
        .orElse(OptionalDouble.empty());
  }

  /**
   * The attack that brings the target back the most beyond what it brings of a model that never met
   * it; without such a model the one under which UA is the least.
   */
  Optional<PictureAttack> strongest() {
    return attacks.stream().max(Comparator.comparingDouble(GridCell::lead));
  }

  private static double lead(PictureAttack attack) {
    return attack.lead().fold(m -> m.value(), n -> -attack.accuracy().attacked().value());
  }

  /** The score of a metric. */
  Optional<ImageScore> score(String metric) {
    return scores.stream().filter(s -> s.id().equals(metric)).findFirst();
  }
}

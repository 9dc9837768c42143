package palimpsest.engine.meta;

import java.util.Optional;
import java.util.Set;
import palimpsest.api.Metric;
import palimpsest.metrics.meta.MetaEvaluation.Sense;

/**
 * What becomes of a metric where a model knows more of what was to be forgotten: the other way from
 * where a better unlearned model lies.
 */
final class Senses {
  private static final String LEAKAGE = "privacy.privacy-leakage";
  private static final Set<String> SIGNED = Set.of(LEAKAGE, "privacy.relative-difference");

  private Senses() {}

  /** Why a metric is not judged; empty where it is. */
  static Optional<String> notJudged(Metric metric) {
    String id = metric.id();
    if (id.startsWith("utility.") || id.contains("@")) {
      return Optional.of("is about what was to be kept, not about what was to be forgotten");
    }
    if (id.equals("lume.task-aggregate") || id.equals("lume.final-score")) {
      return Optional.of("mixes what was to be forgotten with what was to be kept");
    }
    return Optional.empty();
  }

  /** Whether the value grows or falls with knowledge. */
  static Sense of(Metric metric) {
    return switch (metric.better()) {
      case LOWER -> Sense.GROWS;
      case HIGHER -> Sense.FALLS;
      case NEARER_REFERENCE -> metric.id().equals(LEAKAGE) ? Sense.FALLS : Sense.GROWS;
    };
  }

  /** Whether the value is per cent above or below a reference: two of them have no ratio. */
  static boolean isSigned(Metric metric) {
    return SIGNED.contains(metric.id());
  }
}

package palimpsest.metrics;

import java.util.Locale;
import palimpsest.api.Metric.Better;
import palimpsest.api.Split;

/** Id and direction of a metric that is at home on one split and can be taken on others. */
public final class SplitId {
  private SplitId() {}

  /** The plain id on the home split, otherwise {@code id@split}. */
  public static String of(String id, Split split, Split home) {
    return split == home ? id : id + "@" + split.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Direction of a quantity that grows with what is known: down on what was to be forgotten, up on
   * what was to be kept, and as the reference on what was never seen.
   */
  public static Better ofKnowledge(Split split) {
    return switch (split) {
      case FORGET -> Better.LOWER;
      case HOLDOUT -> Better.NEARER_REFERENCE;
      case RETAIN, REAL_AUTHORS, WORLD_FACTS -> Better.HIGHER;
    };
  }
}

package palimpsest.metrics;

import java.util.Locale;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.api.Trial;

/** The mean of a quantity over one split, at home on the forget split and of use on others. */
public interface SplitMetric extends Metric {

  /** Its id on the forget split. */
  String name();

  /** Where it is taken. */
  Split split();

  /** What is averaged. */
  PerExample quantity();

  /** The name alone on the forget split, otherwise {@code name@split}. */
  @Override
  default String id() {
    return split() == Split.FORGET
        ? name()
        : name() + "@" + split().name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Direction of a quantity that grows with what is known: down on what was to be forgotten, up on
   * what was to be kept, and as the reference on what was never seen.
   */
  @Override
  default Better better() {
    return switch (split()) {
      case FORGET -> Better.LOWER;
      case HOLDOUT -> Better.NEARER_REFERENCE;
      case RETAIN, REAL_AUTHORS, WORLD_FACTS -> Better.HIGHER;
    };
  }

  @Override
  default Score score(Trial trial) {
    return quantity().score(trial.subject(), split());
  }
}

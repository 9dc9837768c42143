package palimpsest.metrics.benchmark;

import java.util.List;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Trial;
import palimpsest.metrics.Rule;
import palimpsest.metrics.privacy.LossAuc;

/**
 * LUME's membership score: how near to one half the area of the loss test is.
 *
 * <pre>1 - 2 · |AUC - 1/2|,  AUC as in {@link LossAuc}</pre>
 *
 * <p>LUME's members and non-members are documents of their own; here they are the forget and
 * holdout splits. It does not know a retrained reference, whose area need not be one half.
 *
 * @see <a href="https://arxiv.org/abs/2504.02883">Ramakrishna et al. 2025, SemEval-2025 task 4</a>
 */
public record LumeMembership() implements Metric {

  public static LumeMembership defaults() {
    return new LumeMembership();
  }

  @Override
  public String id() {
    return "lume.membership";
  }

  /** 2: the areas compare the same subtasks only. */
  @Override
  public int version() {
    return 2;
  }

  @Override
  public Better better() {
    return Better.HIGHER;
  }

  @Override
  public String meaning() {
    return "0 to 1: nearness of the loss test's AUC to 1/2; 0 where forget and holdout are told"
        + " apart, by too little or too much unlearning";
  }

  @Override
  public Score score(Trial trial) {
    return LossAuc.defaults()
        .score(trial)
        .fold(
            m ->
                new Measured(
                    Rule.NEARNESS_TO_HALF.explain("the loss test", List.of(m.because())),
                    m.warnings()),
            n -> n);
  }
}

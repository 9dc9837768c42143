package palimpsest.metrics.forgetting;

import java.util.List;
import java.util.Optional;
import palimpsest.api.Explanation;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.Rule;

/**
 * How far the model's truth ratios on the forget split lie from the retrained reference's: the
 * two-sample Kolmogorov-Smirnov statistic D, the largest gap between the two distribution
 * functions.
 *
 * <p>The effect size behind {@link ForgetQuality}: it does not shrink or grow with the number of
 * examples, so figures of differently large splits can be compared, and it can be given an
 * interval.
 *
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.2</a>
 */
public record ForgetDistance() implements Metric {

  public static ForgetDistance defaults() {
    return new ForgetDistance();
  }

  @Override
  public String id() {
    return "forgetting.forget-distance";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Better better() {
    return Better.LOWER;
  }

  @Override
  public String meaning() {
    return "0 to 1: largest gap between the distributions of truth ratios on the forget split of"
        + " this model and of the retrained reference; 1 where they do not overlap";
  }

  @Override
  public Score score(Trial trial) {
    if (trial.reference().isEmpty()) {
      return new NotMeasured(
          "no retrained reference: the distance is to a model trained without the data");
    }
    Optional<Explanation> ours = ForgetQuality.LOG_RATIO.mean(trial.subject(), Split.FORGET);
    Optional<Explanation> theirs =
        ForgetQuality.LOG_RATIO.mean(trial.reference().get(), Split.FORGET);
    if (ours.isEmpty() || theirs.isEmpty()) {
      return new NotMeasured(
          ours.isEmpty()
              ? ForgetQuality.LOG_RATIO.lack(trial.subject(), Split.FORGET)
              : "the retrained reference: "
                  + ForgetQuality.LOG_RATIO.lack(trial.reference().get(), Split.FORGET));
    }
    Explanation distance =
        Rule.KS_DISTANCE.explain(
            "the subject's and the reference's truth ratios", List.of(ours.get(), theirs.get()));
    List<String> warnings =
        ForgetQuality.LOG_RATIO.leftOut(trial.subject(), trial.reference().get(), Split.FORGET);
    if (distance.value() == 1) {
      warnings.add("saturated: the distributions do not overlap, so how far apart cannot be told");
    }
    return new Measured(distance, warnings);
  }
}

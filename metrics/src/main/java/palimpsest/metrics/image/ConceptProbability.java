package palimpsest.metrics.image;

import java.util.List;
import java.util.Optional;
import palimpsest.api.Explanation;
import palimpsest.api.Metric.Better;
import palimpsest.api.PictureMetric;
import palimpsest.api.PictureTrial;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.metrics.Explain;

/**
 * P(c): the mean probability that the judge gives the erased class on pictures asked for it.
 *
 * <pre>P = 1/n Σ_i p_target(x_i)</pre>
 *
 * @see <a href="https://arxiv.org/abs/2305.10120">Heng and Soh 2023, table 1</a>
 */
public record ConceptProbability() implements PictureMetric {

  public static ConceptProbability defaults() {
    return new ConceptProbability();
  }

  @Override
  public String id() {
    return "image.p-concept";
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
    return "0 to 1: mean probability of the erased class on pictures asked for it";
  }

  @Override
  public Score score(PictureTrial trial) {
    Optional<NotMeasured> lack = Asked.TARGET.lack(trial.subject(), trial);
    if (lack.isPresent()) {
      return lack.get();
    }
    int target = Asked.target(trial);
    List<Explanation> leaves =
        Asked.leaves(
            Asked.TARGET.of(trial.subject(), trial),
            trial,
            x -> Math.min(1, x.shares(trial.domain()).get(target)));
    return new Measured(
        Explain.mean("probability of the erased class, " + Asked.TARGET.words(trial), leaves),
        Asked.judgeErrs(trial, trial.domain()));
  }
}

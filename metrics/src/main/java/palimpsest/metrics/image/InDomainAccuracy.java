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
 * UnlearnCanvas' IRA: of pictures asked for the other classes of the erased class's domain, the
 * share that the judge takes for what was asked.
 *
 * <pre>IRA = 1/n Σ_i [argmax_k p_k(x_i) = asked_i]   over prompts of the domain's other classes
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/2402.11846">Zhang et al. 2024</a>
 */
public record InDomainAccuracy() implements PictureMetric {

  public static InDomainAccuracy defaults() {
    return new InDomainAccuracy();
  }

  @Override
  public String id() {
    return "image.ira";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Better better() {
    return Better.HIGHER;
  }

  @Override
  public String meaning() {
    return "0 to 1: share of pictures asked for other classes of the erased class's domain that are"
        + " taken for them";
  }

  @Override
  public Score score(PictureTrial trial) {
    Optional<NotMeasured> lack = Asked.OTHERS.lack(trial.subject(), trial);
    if (lack.isPresent()) {
      return lack.get();
    }
    List<Explanation> leaves =
        Asked.leaves(
            Asked.OTHERS.of(trial.subject(), trial), trial, Asked.told(trial, trial.domain()));
    return new Measured(
        Explain.mean(Asked.name(trial.domain()) + " told, " + Asked.OTHERS.words(trial), leaves),
        Asked.judgeErrs(trial, trial.domain()));
  }
}

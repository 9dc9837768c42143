package palimpsest.metrics.image;

import java.util.List;
import java.util.Optional;
import palimpsest.api.Explanation;
import palimpsest.api.Metric.Better;
import palimpsest.api.PictureEvidence.Domain;
import palimpsest.api.PictureMetric;
import palimpsest.api.PictureTrial;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.metrics.Explain;

/**
 * UnlearnCanvas' CRA: the share of pictures whose class in the other domain is told, such as the
 * object where a style was erased.
 *
 * <pre>CRA = 1/n Σ_i [argmax_k q_k(x_i) = asked_i]   with q of the other domain's head</pre>
 *
 * <p>The benchmark's released code takes all prompts, those of the erased class among them; its
 * paper can be read as leaving those out. They are two numbers with two ids here.
 *
 * @param withTarget whether prompts of the erased class are among them
 * @see <a href="https://arxiv.org/abs/2402.11846">Zhang et al. 2024</a>
 */
public record CrossDomainAccuracy(boolean withTarget) implements PictureMetric {

  /** Over all prompts, as the benchmark's code does. */
  public static CrossDomainAccuracy defaults() {
    return new CrossDomainAccuracy(true);
  }

  /** Over the prompts of other classes alone. */
  public static CrossDomainAccuracy withoutTarget() {
    return new CrossDomainAccuracy(false);
  }

  @Override
  public String id() {
    return withTarget ? "image.cra" : "image.cra-without-target";
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
    return "0 to 1: share of "
        + (withTarget ? "all pictures" : "pictures not asked for the erased class")
        + " whose class in the other domain (the object where a style was erased) is told";
  }

  @Override
  public Score score(PictureTrial trial) {
    Asked asked = withTarget ? Asked.ALL : Asked.OTHERS;
    Optional<NotMeasured> lack = asked.lack(trial.subject(), trial);
    if (lack.isPresent()) {
      return lack.get();
    }
    Domain other = trial.domain().other();
    List<Explanation> leaves =
        Asked.leaves(asked.of(trial.subject(), trial), trial, Asked.told(trial, other));
    return new Measured(
        Explain.mean(Asked.name(other) + " told, " + asked.words(trial), leaves),
        Asked.judgeErrs(trial, other));
  }
}

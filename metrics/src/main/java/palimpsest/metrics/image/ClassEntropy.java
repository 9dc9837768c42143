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
 * H: the mean entropy of the judge's opinion on pictures asked for the erased class.
 *
 * <pre>H = 1/n Σ_i - Σ_k p_k(x_i) ln p_k(x_i)   nats, 0 to ln K</pre>
 *
 * <p>Neither end is good: it is high where the model draws noise and low where it draws another
 * class plainly. What the retrained model has is right.
 *
 * @see <a href="https://arxiv.org/abs/2305.10120">Heng and Soh 2023, table 1</a>
 */
public record ClassEntropy() implements PictureMetric {

  public static ClassEntropy defaults() {
    return new ClassEntropy();
  }

  @Override
  public String id() {
    return "image.entropy";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Better better() {
    return Better.NEARER_REFERENCE;
  }

  @Override
  public String meaning() {
    return "0 and up: mean entropy in nats of the judge's opinion on pictures asked for the erased"
        + " class, at most the logarithm of the classes; high for noise, low for another class";
  }

  @Override
  public Score score(PictureTrial trial) {
    Optional<NotMeasured> lack = Asked.TARGET.lack(trial.subject(), trial);
    if (lack.isPresent()) {
      return lack.get();
    }
    List<Explanation> leaves =
        Asked.leaves(
            Asked.TARGET.of(trial.subject(), trial), trial, x -> entropy(x.shares(trial.domain())));
    return new Measured(
        Explain.mean("entropy of the opinion, " + Asked.TARGET.words(trial), leaves),
        Asked.judgeErrs(trial, trial.domain()));
  }

  /** In nats; 0 ln 0 is 0. */
  static double entropy(List<Double> shares) {
    double sum = 0;
    for (double p : shares) {
      sum -= p > 0 ? p * Math.log(p) : 0;
    }
    return Math.max(0, sum);
  }
}

package palimpsest.metrics.image;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import palimpsest.api.Explanation;
import palimpsest.api.Metric.Better;
import palimpsest.api.PictureEvidence.Drawn;
import palimpsest.api.PictureMetric;
import palimpsest.api.PictureTrial;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.metrics.Explain;

/**
 * UnlearnCanvas' UA: the share of pictures asked for the erased class that the judge does not take
 * for it.
 *
 * <pre>UA = 1/n Σ_i [argmax_k p_k(x_i) ≠ target]   over pictures x_i of prompts with the target
 * </pre>
 *
 * <p>By itself it is no evidence: a model that draws noise has a UA near 1. It is to be read beside
 * the retained accuracies, and beside the UA of the same model under attack.
 *
 * @see <a href="https://arxiv.org/abs/2402.11846">Zhang et al. 2024</a>
 */
public record UnlearningAccuracy() implements PictureMetric {

  public static UnlearningAccuracy defaults() {
    return new UnlearningAccuracy();
  }

  @Override
  public String id() {
    return "image.ua";
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
    return "0 to 1: share of pictures asked for the erased class that are not taken for it; near 1"
        + " for noise too, so read it beside image.ira, image.cra and the value under attack";
  }

  @Override
  public Score score(PictureTrial trial) {
    Optional<NotMeasured> lack = Asked.TARGET.lack(trial.subject(), trial);
    if (lack.isPresent()) {
      return lack.get();
    }
    int target = Asked.target(trial);
    List<Drawn> pictures = Asked.TARGET.of(trial.subject(), trial);
    List<Explanation> leaves =
        Asked.leaves(pictures, trial, x -> x.said(trial.domain()) == target ? 0 : 1);
    List<String> warnings = Asked.judgeErrs(trial, trial.domain());
    int classes = trial.subject().judge().classes(trial.domain()).size();
    warnings.add(
        String.format(
            Locale.ROOT,
            "a guess among %d classes has %.3f; say nothing of erasure by this alone",
            classes,
            1 - 1.0 / classes));
    return new Measured(
        Explain.mean("not taken for the erased class, " + Asked.TARGET.words(trial), leaves),
        warnings);
  }
}

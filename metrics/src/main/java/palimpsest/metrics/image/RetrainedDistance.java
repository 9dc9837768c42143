package palimpsest.metrics.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Explanation;
import palimpsest.api.Metric.Better;
import palimpsest.api.PictureEvidence;
import palimpsest.api.PictureMetric;
import palimpsest.api.PictureTrial;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.metrics.Explain;
import palimpsest.metrics.Rule;

/**
 * How far what is drawn instead of the erased class is from what a model draws that never saw it:
 * total variation between the mean opinions of the judge on pictures asked for the class.
 *
 * <pre>½ Σ_k |p̄_k(subject) - p̄_k(retrained)|   over the classes of the erased class's domain
 * </pre>
 *
 * <p>A model that draws noise, or one chosen class in place of the erased one, has a UA near 1 and
 * lies far from the retrained model, which draws something else each time. Of two equal models it
 * is above 0 by the chance of their pictures; with the same seeds less so.
 */
public record RetrainedDistance() implements PictureMetric {

  public static RetrainedDistance defaults() {
    return new RetrainedDistance();
  }

  @Override
  public String id() {
    return "image.retrained-distance";
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
    return "0 to 1: total variation between the judge's mean opinions of what this model and the"
        + " retrained one draw when asked for the erased class";
  }

  @Override
  public Score score(PictureTrial trial) {
    if (trial.reference().isEmpty()) {
      return new NotMeasured("no retrained reference was judged: draw the same prompts from it");
    }
    PictureEvidence reference = trial.reference().get();
    Optional<NotMeasured> lack =
        Asked.TARGET.lack(trial.subject(), trial).or(() -> Asked.TARGET.lack(reference, trial));
    if (lack.isPresent()) {
      return lack.get();
    }
    List<String> classes = trial.subject().judge().classes(trial.domain());
    List<Explanation> gaps = new ArrayList<>();
    for (int k = 0; k < classes.size(); k++) {
      gaps.add(
          Rule.ABSOLUTE_DIFFERENCE.explain(
              "the shares of " + classes.get(k),
              List.of(share(trial.subject(), trial, k), share(reference, trial, k))));
    }
    return new Measured(
        Rule.HALF_SUM.explain("absolute differences, " + Asked.TARGET.words(trial), gaps),
        Asked.judgeErrs(trial, trial.domain()));
  }

  private static Explanation share(PictureEvidence evidence, PictureTrial trial, int k) {
    return Explain.mean(
        "probabilities",
        Asked.leaves(
            Asked.TARGET.of(evidence, trial), trial, x -> x.shares(trial.domain()).get(k)));
  }
}

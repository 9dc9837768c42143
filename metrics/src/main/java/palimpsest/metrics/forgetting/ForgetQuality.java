package palimpsest.metrics.forgetting;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.Evidence;
import palimpsest.api.Explanation;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.Explain;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.forgetting.TruthRatio.Wrong;
import palimpsest.metrics.statistics.KolmogorovSmirnov;

/**
 * Whether the model's truth ratios on the forget split could be the retrained reference's: the
 * exact p-value of a two-sided two-sample Kolmogorov-Smirnov test.
 *
 * <p>The test sees the order of values only, so log R stands for R. A small p shows a difference; a
 * large p shows no more than that none was found. At D = 1 every model has the same p, 2/C(n+m, n).
 *
 * @param smallSample a warning is given below this many examples: the test then misses differences
 *     that matter (at 30 against 30, D must exceed .33 for p &lt; .05)
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, TOFU, section 2.2.2</a>
 */
public record ForgetQuality(int smallSample) implements Metric {
  static final PerExample LOG_RATIO =
      TruthRatio.of(Split.FORGET, Wrong.GEOMETRIC, "log truth ratio", log -> log);

  public ForgetQuality {
    Check.atLeast(smallSample, 0, "small sample");
  }

  public static ForgetQuality defaults() {
    return new ForgetQuality(30);
  }

  @Override
  public String id() {
    return "forgetting.forget-quality";
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
    return "0 to 1: p-value that truth ratios on the forget split come from the retrained"
        + " reference's distribution; small is told apart from it";
  }

  @Override
  public Score score(Trial trial) {
    if (trial.reference().isEmpty()) {
      return new NotMeasured(
          "no retrained reference: forget quality compares with a model trained without the data");
    }
    Evidence reference = trial.reference().get();
    Optional<Explanation> ours = LOG_RATIO.mean(trial.subject(), Split.FORGET);
    Optional<Explanation> theirs = LOG_RATIO.mean(reference, Split.FORGET);
    if (ours.isEmpty() || theirs.isEmpty()) {
      return new NotMeasured(
          ours.isEmpty()
              ? LOG_RATIO.lack(trial.subject(), Split.FORGET)
              : "the retrained reference: " + LOG_RATIO.lack(reference, Split.FORGET));
    }
    KolmogorovSmirnov test =
        KolmogorovSmirnov.of(
            Explain.values(ours.get().from()), Explain.values(theirs.get().from()));
    List<String> warnings = warnings(test);
    warnings.addAll(LOG_RATIO.leftOut(trial.subject(), reference, Split.FORGET));
    return new Measured(explain(test, ours.get(), theirs.get()), warnings);
  }

  private static Explanation explain(KolmogorovSmirnov test, Explanation ours, Explanation theirs) {
    return new Explanation(
        "Kolmogorov-Smirnov p-value of the subject's and the reference's truth ratios",
        test.p(),
        List.of(
            ours,
            theirs,
            Explanation.leaf("log10 p", test.log10P()),
            Explanation.leaf("D, largest gap between distribution functions", test.distance()),
            Explanation.leaf("n, examples of the subject", test.n()),
            Explanation.leaf("m, examples of the reference", test.m())));
  }

  private List<String> warnings(KolmogorovSmirnov test) {
    List<String> warnings = new ArrayList<>();
    if (test.isSaturated()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "saturated: the distributions do not overlap (D = 1), so log10 p is at its floor"
                  + " %.1f for n = %d, m = %d and cannot tell how far apart they are",
              test.log10Floor(),
              test.n(),
              test.m()));
    }
    if (Math.min(test.n(), test.m()) < smallSample) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "small sample: n = %d, m = %d, so a large p is weak evidence of likeness; log10 p"
                  + " cannot fall below %.1f",
              test.n(),
              test.m(),
              test.log10Floor()));
    }
    if (test.p() < Double.MIN_NORMAL) {
      warnings.add("p is below the range of a double: read log10 p");
    }
    return warnings;
  }
}

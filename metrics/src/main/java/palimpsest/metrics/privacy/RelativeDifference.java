package palimpsest.metrics.privacy;

import palimpsest.api.Check;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Trial;
import palimpsest.metrics.Rule;

/**
 * How far the Min-K% area stands from the retrained reference's, in per cent of the reference's:
 * open-unlearning's {@code rel_diff}.
 *
 * <pre>100 · (AUC - AUC_ref) / AUC_ref,  AUC as in {@link MinKAuc}</pre>
 *
 * <p>MUSE writes its privacy leakage in this form, but of an area that is 1 where forget examples
 * look unseen; with the area of {@link MinKAuc}, 1 where they look like members, the sign is the
 * other one and so is the denominator. {@link PrivacyLeakage} gives the figures that MUSE prints.
 *
 * @param k share of tokens of the membership test
 * @see <a href="https://arxiv.org/abs/2506.12618">Dorna et al. 2025, OpenUnlearning</a>
 */
public record RelativeDifference(double k) implements Metric {
  public RelativeDifference {
    Check.fraction(Check.positive(k, "k"), "k");
  }

  /** MUSE: k = .4. */
  public static RelativeDifference defaults() {
    return new RelativeDifference(0.4);
  }

  @Override
  public String id() {
    return "privacy.relative-difference";
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public Better better() {
    return Better.NEARER_REFERENCE;
  }

  @Override
  public String meaning() {
    return "-100 and up, per cent: 0 is as the retrained reference, above 0 still looks trained on,"
        + " below 0 is over-unlearned";
  }

  @Override
  public Score score(Trial trial) {
    return new Membership(MinKAuc.perExample(k))
        .relative(
            trial,
            Rule.RELATIVE_DIFFERENCE,
            "100 · (AUC - AUC_ref) / AUC_ref, of AUC and AUC_ref",
            0);
  }
}

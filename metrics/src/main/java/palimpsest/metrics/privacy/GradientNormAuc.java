package palimpsest.metrics.privacy;

import palimpsest.api.Evidence.Item;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Trial;
import palimpsest.metrics.PerExample;

/**
 * Membership by gradient norm: the score is minus the mean, over the model's parameter tensors, of
 * the L2 norm of the gradient of the answer's mean loss. Needs evidence that holds gradient norms.
 * Sign and range as in {@link Membership}.
 *
 * @see <a href="https://arxiv.org/abs/2402.17012">Wang et al. 2024, Pandora's White-Box</a>
 */
public record GradientNormAuc() implements Metric {
  private static final PerExample SCORE =
      new PerExample(
          "minus the gradient norm",
          "a gradient norm: it needs a backward pass, which evaluate makes with --gradient-norms",
          item -> item.gradientNorm() != null,
          GradientNormAuc::of);

  public static GradientNormAuc defaults() {
    return new GradientNormAuc();
  }

  private static double of(Item item) {
    Double norm = item.gradientNorm();
    return norm == null ? Double.NaN : -norm;
  }

  @Override
  public String id() {
    return "privacy.grad-norm-auc";
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
    return Membership.meaning("has a smaller gradient than");
  }

  @Override
  public Score score(Trial trial) {
    return new Membership(SCORE).score(trial);
  }
}

package palimpsest.methods.llm;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;
import palimpsest.api.Guarantee;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.ReferenceLogProb;

/**
 * Gradient difference: ascent on the forget set, descent on the retain set.
 *
 * <pre>L = -γ nll(forget) + α nll(retain)</pre>
 *
 * @param forgetWeight γ
 * @param retainWeight α
 * @see <a href="https://arxiv.org/abs/2203.12817">Liu et al. 2022</a>
 */
public record GradDiff(double forgetWeight, double retainWeight) implements DescentMethod {
  public GradDiff {
    Check.positive(forgetWeight, "forgetWeight");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** γ = α = 1, as TOFU (Maini et al. 2024) and open-unlearning have it. */
  public static GradDiff defaults() {
    return new GradDiff(1, 1);
  }

  @Override
  public String id() {
    return "llm.grad-diff";
  }

  @Override
  public Guarantee guarantee() {
    return Guarantee.APPROXIMATE;
  }

  @Override
  public String meaning() {
    return "gradient difference: L = -forgetWeight nll(forget) + retainWeight nll(retain);"
        + " Liu et al. 2022, arXiv 2203.12817";
  }

  @Override
  public List<String> cannotShow() {
    return Approximate.CANNOT_SHOW;
  }

  @Override
  public boolean needsRetain() {
    return true;
  }

  @Override
  public boolean needsReference() {
    return false;
  }

  @Override
  public Tensor loss(CausalLm model, ReferenceLogProb reference, Batch forget, Batch retain) {
    Tensor up = Loss.nll(model, forget).mul(new Scalar(-forgetWeight)); // ()
    return up.add(Loss.nll(model, retain).mul(new Scalar(retainWeight))); // ()
  }
}

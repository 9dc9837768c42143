package palimpsest.methods.llm;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;
import palimpsest.methods.ForgetAndRetain;
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
public record GradDiff(double forgetWeight, double retainWeight) implements ForgetAndRetain {
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
  public String meaning() {
    return "gradient difference: L = -forgetWeight nll(forget) + retainWeight nll(retain);"
        + " Liu et al. 2022, arXiv 2203.12817";
  }

  @Override
  public Tensor forgetting(CausalLm model, ReferenceLogProb reference, Batch forget) {
    return Loss.nll(model, forget).mul(new Scalar(-forgetWeight)); // ()
  }
}

package palimpsest.methods.llm;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;

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
  public About about() {
    return new About(
        "gradient difference",
        "L = -forgetWeight nll(forget) + retainWeight nll(retain)",
        "Liu et al. 2022, arXiv 2203.12817",
        "faithful, with weights on both terms",
        "TOFU, Maini et al. 2024, and open-unlearning",
        Map.of(
            "forgetWeight",
            "weight of the ascent, gamma",
            "retainWeight",
            "weight of the retain loss, alpha"));
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    return Loss.nll(model, forget).mul(new Scalar(-forgetWeight)); // ()
  }
}

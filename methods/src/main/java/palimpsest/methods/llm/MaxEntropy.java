package palimpsest.methods.llm;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;

/**
 * Maximum entropy: pulls the predictions on the forget set to the uniform distribution.
 *
 * <pre>
 * L = w mean_tokens KL(uniform || p) + α nll(retain), KL = log Σ_v exp z_v - mean_v z_v - log V
 * </pre>
 *
 * @param forgetWeight w
 * @param retainWeight weight of the retain term, α
 * @see <a href="https://arxiv.org/abs/2410.08109">Yuan et al. 2024</a>
 */
public record MaxEntropy(double forgetWeight, double retainWeight) implements DescentMethod {
  public MaxEntropy {
    Check.positive(forgetWeight, "forgetWeight");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** w = 0.1, α = 1: ME+GD in the authors' configuration for TOFU. */
  public static MaxEntropy defaults() {
    return new MaxEntropy(0.1, 1);
  }

  @Override
  public String id() {
    return "llm.me";
  }

  @Override
  public About about() {
    return new About(
        "maximum entropy",
        "L = forgetWeight mean KL(uniform || p) over forget tokens + retainWeight nll(retain)",
        "Yuan et al. 2024, arXiv 2410.08109",
        "variant: label tokens only, where the authors' TOFU script takes prompts and padding too",
        "the authors' configuration of ME+GD for TOFU",
        Map.of(
            "forgetWeight",
            "weight of the forget loss",
            "retainWeight",
            "weight of the retain loss, alpha"));
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor z = model.labelLogits(forget.tokens()); // (L, V)
    Tensor uneven =
        z.logsumexp(1).sub(z.mean(1)).sub(new Scalar(Math.log((double) z.size(1)))); // (L)
    return forget.tokenMean(uneven).mul(new Scalar(forgetWeight)); // ()
  }
}

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
 * Weighted gradient ascent (WGA): ascent in which tokens that are already unlikely count less.
 *
 * <pre>L = mean_tokens p^β log p + α nll(retain), no gradient through p^β</pre>
 *
 * @param beta β; 0 for plain ascent
 * @param retainWeight weight of the retain term, α
 * @see <a href="https://arxiv.org/abs/2502.19301">Wang et al. 2025, the G-effect</a>
 */
public record WeightedAscent(double beta, double retainWeight) implements DescentMethod {
  public WeightedAscent {
    Check.nonNegative(beta, "beta");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** β = α = 1, as open-unlearning has it. */
  public static WeightedAscent defaults() {
    return new WeightedAscent(1, 1);
  }

  @Override
  public String id() {
    return "llm.wga";
  }

  @Override
  public About about() {
    return new About(
        "weighted gradient ascent",
        "L = mean p^beta log p over forget tokens + retainWeight nll(retain), p^beta a constant",
        "Wang et al. 2025, arXiv 2502.19301",
        "faithful, with a retain term",
        "open-unlearning",
        Map.of(
            "beta",
            "exponent of the weight; 0 for plain ascent",
            "retainWeight",
            "weight of the retain loss, alpha"));
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor logProb = model.tokenLogProb(forget.tokens()); // (L)
    Tensor weight = logProb.detach().mul(new Scalar(beta)).exp(); // (L), p^β
    return forget.tokenMean(weight.mul(logProb)); // ()
  }
}

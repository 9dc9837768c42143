package palimpsest.methods.llm;

import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;

/**
 * Weighted token-wise NPO: {@link Tnpo} in which tokens that are already unlikely count less.
 *
 * <pre>
 * L = mean_tokens p^a 2 p^β / (p^β + p_ref^β) log p + α nll(retain), no gradient through the weights
 * </pre>
 *
 * @param beta β: how sharply the weight falls as p gets below the reference's
 * @param power a, α in the paper; 0 for TNPO
 * @param retainWeight weight of the retain term, α
 * @see <a href="https://arxiv.org/abs/2502.19301">Wang et al. 2025, the G-effect</a>
 */
public record Wtnpo(double beta, double power, double retainWeight) implements DescentMethod {
  public Wtnpo {
    Check.positive(beta, "beta");
    Check.nonNegative(power, "power");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** β = 4, a = 1.5, the authors' values, with a retain term of weight 1. */
  public static Wtnpo defaults() {
    return new Wtnpo(4, 1.5, 1);
  }

  @Override
  public String id() {
    return "llm.wtnpo";
  }

  @Override
  public About about() {
    return new About(
        "weighted token-wise negative preference optimisation",
        "L = mean w log p over forget tokens + retainWeight nll(retain), w = 2 p^(beta + power) / (p^beta + p_ref^beta) a constant",
        "Wang et al. 2025, arXiv 2502.19301",
        "faithful, with a retain term; the authors' code adds 1e-5 below the line, which at beta = 4 leaves 0.14 of the weight of a token with p = p_ref = 0.03 and 0.002 of one with 0.01",
        "the authors' values; retainWeight is ours",
        Map.of(
            "beta",
            "how sharply the weight falls with p / p_ref",
            "power",
            "exponent of p in the weight, alpha in the paper; 0 for TNPO",
            "retainWeight",
            "weight of the retain loss"));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.REFERENCE);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor logProb = model.tokenLogProb(forget.tokens()); // (L)
    Tensor now = logProb.detach(); // (L)
    Tensor gap = now.sub(materials.reference().tokens(forget)); // (L)
    Tensor fading = gap.mul(new Scalar(beta)).sigmoid().mul(new Scalar(2.0)); // (L)
    Tensor weight = fading.mul(now.mul(new Scalar(power)).exp()); // (L)
    return forget.tokenMean(weight.mul(logProb)); // ()
  }
}

package palimpsest.methods.llm;

import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;

/**
 * Token-wise NPO: each token's ascent fades by itself as its probability gets below the
 * reference's.
 *
 * <pre>
 * L = mean_tokens 2 p^β / (p^β + p_ref^β) log p + α nll(retain), no gradient through the weights
 * </pre>
 *
 * @param beta β: how sharply the weight falls as p gets below the reference's
 * @param retainWeight weight of the retain term, α
 * @see <a href="https://arxiv.org/abs/2502.19301">Wang et al. 2025, the G-effect</a>
 */
public record Tnpo(double beta, double retainWeight) implements DescentMethod {
  public Tnpo {
    Check.positive(beta, "beta");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** β = 4, the authors' value, with a retain term of weight 1. */
  public static Tnpo defaults() {
    return new Tnpo(4, 1);
  }

  @Override
  public String id() {
    return "llm.tnpo";
  }

  @Override
  public About about() {
    return new About(
        "token-wise negative preference optimisation",
        "L = mean w log p over forget tokens + retainWeight nll(retain), w = 2 p^beta / (p^beta + p_ref^beta) a constant",
        "Wang et al. 2025, arXiv 2502.19301",
        "faithful, with a retain term; the authors' code adds 1e-5 below the line, which at beta = 4 leaves 0.14 of the weight of a token with p = p_ref = 0.03 and 0.002 of one with 0.01",
        "the authors' value of beta; retainWeight is ours",
        Map.of(
            "beta",
            "how sharply the weight falls with p / p_ref",
            "retainWeight",
            "weight of the retain loss, alpha"));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.REFERENCE);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    return new Wtnpo(beta, 0, retainWeight).forgetting(model, forget, materials); // ()
  }
}

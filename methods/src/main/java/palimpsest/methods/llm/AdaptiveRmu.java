package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.linalg_vector_norm;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.RetainLoss;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;

/**
 * Adaptive RMU: {@link Rmu} whose target is, token by token, as long as the starting model's hidden
 * state times a factor, so that one setting fits layers of any depth.
 *
 * <pre>
 * L = mean (h - s |h_start| u)² over forget tokens and dimensions + α mean (h - h_start)² over retain's
 * </pre>
 *
 * @param layer decoder layer, from 0; -1 as in {@link RetainLoss.Hidden}
 * @param scale s, β in the paper
 * @param retainWeight weight of the retain term, α
 * @param seed from which u is drawn, at least 0
 * @see <a href="https://arxiv.org/abs/2408.06223">Dang et al. 2024</a>
 */
public record AdaptiveRmu(int layer, double scale, double retainWeight, long seed)
    implements DescentMethod {
  public AdaptiveRmu {
    Check.atLeast(layer, -1, "layer");
    Check.nonNegative(scale, "scale");
    Check.nonNegative(retainWeight, "retainWeight");
    Check.atLeast(seed, 0, "seed");
  }

  /** s = 5 and α = 1200, the authors' README; their layer 7 of 32 in proportion. */
  public static AdaptiveRmu defaults() {
    return new AdaptiveRmu(-1, 5, 1200, 0);
  }

  @Override
  public String id() {
    return "llm.adaptive-rmu";
  }

  @Override
  public About about() {
    return new About(
        "representation misdirection with adaptive steering",
        "L = mean (h - scale |h_start| u)^2 + retainWeight mean (h - h_start)^2, h the states after the layer at forget and retain tokens, u = x/|x|, x drawn from seed uniformly in [0, 1) in each dimension",
        "Dang et al. 2024, arXiv 2408.06223",
        "faithful to the paper, length by token; the authors' code takes one number, frozen at the first batch",
        "the authors' README, its layer 7 of 32 in proportion",
        Map.of(
            "layer",
            Rmu.LAYER,
            "scale",
            "length of the target over that of the starting model's state, beta in the paper",
            "retainWeight",
            "weight of the retain loss, alpha",
            "seed",
            "of the random direction u"));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.START);
  }

  @Override
  public RetainLoss.Hidden retainLoss() {
    return new RetainLoss.Hidden(layer);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor before =
        Scopes.constant(() -> retainLoss().states(materials.frozen(), forget)); // (L, E)
    Tensor u = tensor(Rmu.direction(seed, (int) before.size(1))); // (E)
    return forgetting(forget, retainLoss().states(model, forget), before, u); // ()
  }

  /** With u given, (E); {@code h} and {@code before} are (L, E). */
  Tensor forgetting(Batch forget, Tensor h, Tensor before, Tensor u) {
    Tensor length =
        linalg_vector_norm(
            before, new Scalar(2.0), new long[] {1}, true, new ScalarTypeOptional()); // (L, 1)
    Tensor apart = h.sub(length.mul(u).mul(new Scalar(scale))); // (L, E)
    return forget.tokenMean(apart.square().mean(1)); // ()
  }
}

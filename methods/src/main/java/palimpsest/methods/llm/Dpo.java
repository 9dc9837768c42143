package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.log_sigmoid;

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
import palimpsest.torch.train.ReferenceLogProb;

/**
 * Direct preference optimisation for forgetting: to every question of the forget set a refusal is
 * preferred to the true answer.
 *
 * <pre>L = -(2/β) mean_B log σ(β [r(refusal) - r(answer)]) + α nll(retain), r = logp - logp_ref
 * </pre>
 *
 * <p>logp is the log-probability of a whole completion, summed over its tokens. The factor 2/β,
 * which makes it comparable to {@link Npo}, is of public unlearning code; DPO itself has 1.
 *
 * @param beta inverse temperature, β in the paper
 * @param retainWeight weight of the retain term, α
 * @see <a href="https://arxiv.org/abs/2305.18290">Rafailov et al. 2023</a>
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024, who forget with it</a>
 */
public record Dpo(double beta, double retainWeight) implements DescentMethod {
  public Dpo {
    Check.positive(beta, "beta");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** β = 0.1, α = 1, as open-unlearning has it. */
  public static Dpo defaults() {
    return new Dpo(0.1, 1);
  }

  @Override
  public String id() {
    return "llm.dpo";
  }

  @Override
  public About about() {
    return new About(
        "direct preference optimisation, refusals before answers",
        "L = -(2/beta) mean log sigmoid(beta (r(refusal) - r(answer))) + retainWeight nll(retain), r = logp - logp_ref, logp summed over a completion",
        "Rafailov et al. 2023, arXiv 2305.18290; for forgetting TOFU, Maini et al. 2024, arXiv 2401.06121",
        "faithful, with the factor 2/beta of public unlearning code",
        "open-unlearning",
        Map.of("beta", "inverse temperature", "retainWeight", "weight of the retain loss, alpha"));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.REFUSALS, Need.REFERENCE);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    ReferenceLogProb reference = materials.reference();
    Tensor preferred = reference.logRatio(model, materials.instead().insteadOf(forget)); // (B)
    Tensor gap = preferred.sub(reference.logRatio(model, forget)); // (B)
    Tensor preference = log_sigmoid(gap.mul(new Scalar(beta))); // (B)
    return forget.exampleMean(preference).mul(new Scalar(-2 / beta)); // ()
  }
}

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
 * Alternate preference optimisation: to every question of the forget set an answer that the
 * starting model itself invented is preferred to the true one, so that answers stay fluent.
 *
 * <pre>L = -(2/β) mean_B log σ(β [r(alternate) - r(answer)]) + α nll(retain), r = logp - logp_ref
 * </pre>
 *
 * <p>The loss of {@link Dpo} with other answers. An epoch meets one alternate of each question, the
 * next epoch the next: with fewer epochs than alternates the last are not met.
 *
 * @param beta inverse temperature, β in the paper
 * @param alternates how many are drawn for each question
 * @param retainWeight weight of the retain term, α
 * @see <a href="https://arxiv.org/abs/2409.13474">Mekala et al. 2024</a>
 */
public record AltPo(double beta, int alternates, double retainWeight) implements DescentMethod {
  public AltPo {
    Check.positive(beta, "beta");
    Check.atLeast(alternates, 1, "alternates");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /**
   * β = 0.1, five alternates, α = 1: the authors' command for TOFU forget10, which makes two passes
   * over all pairs, so ten epochs here.
   */
  public static AltPo defaults() {
    return new AltPo(0.1, 5, 1);
  }

  @Override
  public String id() {
    return "llm.altpo";
  }

  @Override
  public About about() {
    return new About(
        "alternate preference optimisation, invented answers before true ones",
        "L = -(2/beta) mean log sigmoid(beta (r(alternate) - r(answer))) + retainWeight nll(retain), r = logp - logp_ref, logp summed over a completion",
        "Mekala et al. 2024, arXiv 2409.13474",
        "variant: the loss is theirs; alternates are drawn from the model at rising temperatures, not asked for, those near the true answer left out, and met one a question an epoch",
        "the authors' command for TOFU forget10",
        Map.of(
            "beta",
            "inverse temperature",
            "alternates",
            "answers that the starting model invents for each question, met one an epoch",
            "retainWeight",
            "weight of the retain loss, alpha"));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.ALTERNATES, Need.REFERENCE);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    return new Dpo(beta, retainWeight).forgetting(model, forget, materials); // ()
  }
}

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

/**
 * Negative preference optimisation: lowers the likelihood of the forget set below the reference's,
 * with a gradient that fades as the gap opens.
 *
 * <pre>L = -(2/β) mean_B log σ(-β (logp - logp_ref)) + α nll(retain)</pre>
 *
 * <p>logp is the log-probability of a whole completion, summed over its tokens.
 *
 * @param beta inverse temperature, β in the paper
 * @param retainWeight weight of the retain term, α; 0 for the paper's plain NPO
 * @see <a href="https://arxiv.org/abs/2404.05868">Zhang et al. 2024</a>
 */
public record Npo(double beta, double retainWeight) implements DescentMethod {
  public Npo {
    Check.positive(beta, "beta");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** β = 0.1 as in the paper, with the retain term that it calls NPO+RT. */
  public static Npo defaults() {
    return new Npo(0.1, 1);
  }

  @Override
  public String id() {
    return "llm.npo";
  }

  @Override
  public About about() {
    return new About(
        "negative preference optimisation",
        "L = -(2/beta) mean log sigmoid(-beta (logp - logp_ref)) + retainWeight nll(retain), logp summed over a completion",
        "Zhang et al. 2024, arXiv 2404.05868",
        "faithful; the default is NPO+RT, retainWeight=0 is plain NPO",
        "the paper",
        Map.of("beta", "inverse temperature", "retainWeight", "weight of the retain loss, alpha"));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.REFERENCE);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor gap = materials.reference().logRatio(model, forget); // (B)
    Tensor fading = log_sigmoid(gap.mul(new Scalar(-beta))); // (B)
    return forget.exampleMean(fading).mul(new Scalar(-2 / beta)); // ()
  }
}

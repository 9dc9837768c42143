package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.log_sigmoid;

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
 * Simple negative preference optimisation: NPO with the length-normalised log-probability in place
 * of the reference, so that long answers are not forgotten at the cost of short ones.
 *
 * <pre>L = -(2 w/β) mean_B log σ(-(β/|y|) logp - γ) + α nll(retain)</pre>
 *
 * <p>logp is summed over the |y| label tokens of a completion, its end token included.
 *
 * @param beta inverse temperature, β in the paper
 * @param margin γ in the paper: the loss fades where the mean log p of an answer's tokens is below
 *     -γ/β
 * @param forgetWeight w
 * @param retainWeight weight of the retain term, α
 * @see <a href="https://arxiv.org/abs/2410.07163">Fan et al. 2024</a>
 */
public record SimNpo(double beta, double margin, double forgetWeight, double retainWeight)
    implements DescentMethod {
  public SimNpo {
    Check.positive(beta, "beta");
    Check.nonNegative(margin, "margin");
    Check.positive(forgetWeight, "forgetWeight");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** β = 4.5, γ = 0, w = 0.125, α = 1: the authors' configuration for TOFU forget10. */
  public static SimNpo defaults() {
    return new SimNpo(4.5, 0, 0.125, 1);
  }

  @Override
  public String id() {
    return "llm.simnpo";
  }

  @Override
  public About about() {
    return new About(
        "simple negative preference optimisation",
        "L = -(2 forgetWeight/beta) mean log sigmoid(-(beta/|y|) logp - margin) + retainWeight nll(retain)",
        "Fan et al. 2024, arXiv 2410.07163",
        "faithful; the margin is the paper's gamma, public code's delta is margin/beta",
        "the authors' configuration for TOFU forget10",
        Map.of(
            "beta",
            "inverse temperature",
            "margin",
            "the loss fades where the mean log-probability of an answer's tokens is below -margin/beta; gamma in the paper",
            "forgetWeight",
            "weight of the forget loss",
            "retainWeight",
            "weight of the retain loss, alpha"));
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor mean = model.meanLogProb(forget.tokens()); // (B)
    Tensor inside = mean.mul(new Scalar(-beta)).sub(new Scalar(margin)); // (B)
    Scalar factor = new Scalar(-2 * forgetWeight / beta);
    return forget.exampleMean(log_sigmoid(inside)).mul(factor); // ()
  }
}

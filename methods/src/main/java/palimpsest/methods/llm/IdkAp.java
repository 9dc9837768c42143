package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.log_sigmoid;

import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.RetainLoss;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;

/**
 * Refusal training with answer preservation: teaches refusals to the questions of the forget set
 * and, to those of the retain set, to prefer the answer to a refusal, so that the model does not
 * come to refuse everything.
 *
 * <pre>L = nll(refusal | forget question) - (α/β) mean_B log σ(β [logp(answer) - logp(refusal)])
 * </pre>
 *
 * <p>The mean is over the retain questions of the step; logp is the log-probability of a whole
 * completion, summed over its tokens, and no reference is subtracted from it.
 *
 * @param beta inverse temperature, β in the paper
 * @param retainWeight weight of the preservation, α
 * @see <a href="https://arxiv.org/abs/2410.08109">Yuan et al. 2024</a>
 */
public record IdkAp(double beta, double retainWeight) implements DescentMethod {
  public IdkAp {
    Check.positive(beta, "beta");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** β = 0.1, α = 1: the authors' configuration. */
  public static IdkAp defaults() {
    return new IdkAp(0.1, 1);
  }

  @Override
  public String id() {
    return "llm.idk-ap";
  }

  @Override
  public About about() {
    return new About(
        "refusal training with answer preservation",
        "L = nll(refusal | forget question) - (retainWeight/beta) mean log sigmoid(beta (logp(answer) - logp(refusal))) over retain questions, logp summed over a completion",
        "Yuan et al. 2024, arXiv 2410.08109",
        "faithful",
        "the authors' configuration",
        Map.of("beta", "inverse temperature", "retainWeight", "weight of the preservation, alpha"));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.REFUSALS);
  }

  @Override
  public RetainLoss retainLoss() {
    return new Preservation(beta);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    return Loss.nll(model, materials.instead().insteadOf(forget)); // ()
  }

  private record Preservation(double beta) implements RetainLoss {
    @Override
    public String name() {
      return "answer-preservation";
    }

    @Override
    public Set<Need> needs() {
      return Set.of(Need.RETAIN_REFUSALS);
    }

    @Override
    public Tensor of(CausalLm model, Batch retain, Materials materials) {
      Batch refusals = materials.retainInstead().insteadOf(retain);
      Tensor answered = model.sequenceLogProb(retain.tokens()); // (B)
      Tensor gap = answered.sub(model.sequenceLogProb(refusals.tokens())); // (B)
      Tensor preference = log_sigmoid(gap.mul(new Scalar(beta))); // (B)
      return retain.exampleMean(preference).mul(new Scalar(-1 / beta)); // ()
    }
  }
}

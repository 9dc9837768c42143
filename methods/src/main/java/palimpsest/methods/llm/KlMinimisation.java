package palimpsest.methods.llm;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.RetainLoss;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;

/**
 * KL minimisation: ascent on the forget set, while the model is held near the starting one on the
 * retain set.
 *
 * <pre>L = -nll(forget) + α mean_tokens KL(p_start || p)</pre>
 *
 * <p>The paper averages the divergence over every token of a sequence, its prompt included; here,
 * as everywhere, over the label tokens.
 *
 * @param retainWeight weight of the divergence, α
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024</a>
 */
public record KlMinimisation(double retainWeight) implements DescentMethod {
  public KlMinimisation {
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** α = 1, as in TOFU. */
  public static KlMinimisation defaults() {
    return new KlMinimisation(1);
  }

  @Override
  public String id() {
    return "llm.kl-min";
  }

  @Override
  public About about() {
    return new About(
        "KL minimisation",
        "L = -nll(forget) + retainWeight KL(p_start || p), the divergence a mean over retain label tokens",
        "TOFU, Maini et al. 2024, arXiv 2401.06121",
        "faithful, with the divergence over label tokens, not prompts",
        "the paper",
        Map.of("retainWeight", "weight of the divergence, alpha"));
  }

  @Override
  public RetainLoss retainLoss() {
    return new RetainLoss.Divergence();
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    return Loss.nll(model, forget).neg(); // ()
  }
}

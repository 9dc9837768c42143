package palimpsest.methods.llm;

import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;

/**
 * Refusal training: teaches "I don't know" as the answer to the questions of the forget set.
 *
 * <pre>L = nll(refusal | forget question) + α nll(retain)</pre>
 *
 * <p>What is taught is an answer; the true one may stay a likely second.
 *
 * @param retainWeight weight of the retain term, α; 0 for RWKU's plain refusal training
 * @see <a href="https://arxiv.org/abs/2406.10890">Jin et al. 2024</a>
 * @see <a href="https://arxiv.org/abs/2401.06121">Maini et al. 2024</a>
 */
public record Refusal(double retainWeight) implements DescentMethod {
  public Refusal {
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** α = 1: as many refusals as retain examples, as in TOFU, each set with a mean of its own. */
  public static Refusal defaults() {
    return new Refusal(1);
  }

  @Override
  public String id() {
    return "llm.refusal";
  }

  @Override
  public About about() {
    return new About(
        "refusal training",
        "L = nll(refusal | forget question) + retainWeight nll(retain)",
        "RWKU, Jin et al. 2024, arXiv 2406.10890; with a retain term TOFU, Maini et al. 2024, arXiv 2401.06121",
        "faithful; retainWeight=0 is RWKU's, the default is TOFU's with a mean for each set",
        "TOFU",
        Map.of("retainWeight", "weight of the retain loss, alpha"));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.REFUSALS);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    return Loss.nll(model, materials.instead().insteadOf(forget)); // ()
  }
}

package palimpsest.methods.llm;

import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;

/**
 * Self-distillation with adjusted logits: learns what the starting model said with the label's own
 * logit lowered, so that the target stays a sensible one however long the run.
 *
 * <pre>L = mean_tokens CE(softmax(z_start - γ onehot(label)), softmax(z)) + α nll(retain)</pre>
 *
 * @param penalty γ
 * @param retainWeight weight of the retain term, α; 0 as the paper has it
 * @see <a href="https://arxiv.org/abs/2402.10052">Dong et al. 2024</a>
 */
public record Undial(double penalty, double retainWeight) implements DescentMethod {
  public Undial {
    Check.nonNegative(penalty, "penalty");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** γ = 10 as open-unlearning's configuration has it, and no retain term. */
  public static Undial defaults() {
    return new Undial(10, 0);
  }

  @Override
  public String id() {
    return "llm.undial";
  }

  @Override
  public About about() {
    return new About(
        "self-distillation with adjusted logits",
        "L = mean CE(softmax(z_start - penalty onehot(label)), softmax(z)) over forget tokens + retainWeight nll(retain), z_start the starting model's logits",
        "Dong et al. 2024, arXiv 2402.10052",
        "faithful; label tokens only, where public code takes prompts and padding too",
        "open-unlearning's configuration",
        Map.of(
            "penalty",
            "taken from the label's logit, gamma in the paper",
            "retainWeight",
            "weight of the retain loss, alpha"));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.START);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor target =
        Scopes.constant(
            () ->
                SoftLabels.shifted(
                    materials.frozen().labelLogits(forget.tokens()),
                    forget.tokens(),
                    -penalty)); // (L, V)
    Tensor z = model.labelLogits(forget.tokens()); // (L, V)
    return forget.tokenMean(SoftLabels.crossEntropy(z, target)); // ()
  }
}

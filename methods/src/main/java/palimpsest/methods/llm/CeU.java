package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;

/**
 * Cross-entropy unlearning: learns the model's own prediction with the label left out, which,
 * unlike ascent, has a gradient that fades with the label's probability.
 *
 * <pre>
 * L = mean_tokens CE(softmax(z without the label), softmax(z)) + α nll(retain), the target constant
 * </pre>
 *
 * @param ignoreFirst label tokens at the start of each answer that are left out
 * @param retainWeight weight of the retain term, α; 0 as the paper has it
 * @see <a href="https://arxiv.org/abs/2503.01224">Yang 2025</a>
 */
public record CeU(int ignoreFirst, double retainWeight) implements DescentMethod {
  public CeU {
    Check.atLeast(ignoreFirst, 0, "ignoreFirst");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** The first token left out and no retain term, as open-unlearning has it. */
  public static CeU defaults() {
    return new CeU(1, 0);
  }

  @Override
  public String id() {
    return "llm.ce-u";
  }

  @Override
  public About about() {
    return new About(
        "cross-entropy unlearning",
        "L = mean CE(softmax(z with z_label = -infinity), softmax(z)) over forget tokens but the ignoreFirst of each answer + retainWeight nll(retain), the target constant",
        "Yang 2025, arXiv 2503.01224",
        "faithful",
        "open-unlearning's configuration",
        Map.of(
            "ignoreFirst",
            "label tokens at the start of each answer that are left out",
            "retainWeight",
            "weight of the retain loss, alpha"));
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor z = model.labelLogits(forget.tokens()); // (L, V)
    Tensor target =
        Scopes.constant(
            () -> SoftLabels.shifted(z, forget.tokens(), Double.NEGATIVE_INFINITY)); // (L, V)
    Tensor sum = SoftLabels.crossEntropy(z, target).mul(kept(forget)).sum(); // ()
    return sum.div(new Scalar((double) Math.max(1, keptTokens(forget.step())))); // ()
  }

  /** 1 for each label token that counts, else 0, (L). */
  private Tensor kept(Batch batch) {
    float[] kept = new float[batch.tokens().labelTokens()];
    int from = 0;
    for (int length : batch.tokens().lengths()) {
      for (int i = ignoreFirst; i < length; i++) {
        kept[from + i] = 1;
      }
      from += length;
    }
    return tensor(kept);
  }

  private long keptTokens(Batch.Step step) {
    return step.rows().stream()
        .mapToLong(e -> Math.max(0, e.completionLength() - ignoreFirst))
        .sum();
  }
}

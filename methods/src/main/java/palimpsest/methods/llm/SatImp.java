package palimpsest.methods.llm;

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
 * Ascent weighted by saturation, which favours tokens that are still likely, and importance, which
 * favours those that are not.
 *
 * <pre>L = w mean_tokens p^β1 (1-p)^β2 log p + α nll(retain), no gradient through the weights</pre>
 *
 * @param saturation β1, exponent of p
 * @param importance β2, exponent of 1 - p
 * @param forgetWeight w
 * @param retainWeight weight of the retain term, α
 * @see <a href="https://arxiv.org/abs/2505.11953">Yang et al. 2025</a>
 */
public record SatImp(double saturation, double importance, double forgetWeight, double retainWeight)
    implements DescentMethod {
  public SatImp {
    Check.nonNegative(saturation, "saturation");
    Check.nonNegative(importance, "importance");
    Check.positive(forgetWeight, "forgetWeight");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /**
   * β1 = 5, β2 = 1, w = 0.1, α = 1, as open-unlearning's configuration file has it; its text gives
   * w = 1 and α = 0.1.
   */
  public static SatImp defaults() {
    return new SatImp(5, 1, 0.1, 1);
  }

  @Override
  public String id() {
    return "llm.satimp";
  }

  @Override
  public About about() {
    return new About(
        "ascent weighted by saturation and importance",
        "L = forgetWeight mean p^saturation (1-p)^importance log p over forget tokens + retainWeight nll(retain), the weights constant",
        "Yang et al. 2025, arXiv 2505.11953",
        "faithful, with a retain term",
        "open-unlearning's configuration file; its text gives forgetWeight 1, retainWeight 0.1",
        Map.of(
            "saturation",
            "exponent of p, beta1",
            "importance",
            "exponent of 1 - p, beta2",
            "forgetWeight",
            "weight of the forget loss",
            "retainWeight",
            "weight of the retain loss, alpha"));
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor logProb = model.tokenLogProb(forget.tokens()); // (L)
    Tensor p = logProb.detach().exp(); // (L)
    Tensor unsure = p.neg().add(new Scalar(1.0)).pow(new Scalar(importance)); // (L), (1-p)^β2
    Tensor weight = p.pow(new Scalar(saturation)).mul(unsure); // (L)
    return forget.tokenMean(weight.mul(logProb)).mul(new Scalar(forgetWeight)); // ()
  }
}

package palimpsest.methods.llm;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;
import palimpsest.methods.ForgetAndRetain;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.ReferenceLogProb;

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
    implements ForgetAndRetain {
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
  public String meaning() {
    return "ascent weighted by saturation and importance: L = forgetWeight mean p^saturation"
        + " (1-p)^importance log p over forget tokens + retainWeight nll(retain), the weights"
        + " constant; Yang et al. 2025, arXiv 2505.11953";
  }

  @Override
  public Tensor forgetting(CausalLm model, ReferenceLogProb reference, Batch forget) {
    Tensor logProb = model.tokenLogProb(forget.tokens()); // (L)
    Tensor p = logProb.detach().exp(); // (L)
    Tensor unsure = p.neg().add(new Scalar(1.0)).pow(new Scalar(importance)); // (L), (1-p)^β2
    Tensor weight = p.pow(new Scalar(saturation)).mul(unsure); // (L)
    return forget.tokenMean(weight.mul(logProb)).mul(new Scalar(forgetWeight)); // ()
  }
}

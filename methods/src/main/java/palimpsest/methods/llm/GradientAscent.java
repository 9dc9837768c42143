package palimpsest.methods.llm;

import org.bytedeco.pytorch.Tensor;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.ReferenceLogProb;

/**
 * Gradient ascent: raises the negative log-likelihood of the forget set.
 *
 * <pre>L = -nll(forget)</pre>
 *
 * <p>Unbounded below: without early stopping it destroys the model, which is why it is the field's
 * baseline and not its advice.
 *
 * @see <a href="https://arxiv.org/abs/2210.01504">Jang et al. 2022</a>
 */
public record GradientAscent() implements DescentMethod {

  public static GradientAscent defaults() {
    return new GradientAscent();
  }

  @Override
  public String id() {
    return "llm.ga";
  }

  @Override
  public String meaning() {
    return "gradient ascent: L = -nll(forget); Jang et al. 2022, arXiv 2210.01504";
  }

  @Override
  public boolean needsRetain() {
    return false;
  }

  @Override
  public Tensor loss(CausalLm model, ReferenceLogProb reference, Batch forget, Batch retain) {
    return Loss.nll(model, forget).neg(); // ()
  }
}

package palimpsest.methods.llm;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;

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
  public About about() {
    return new About(
        "gradient ascent",
        "L = -nll(forget)",
        "Jang et al. 2022, arXiv 2210.01504",
        "simplified: the loss, for a fixed number of steps; the stopping rule is left to whoever chooses the steps",
        "it has none",
        Map.of());
  }

  @Override
  public double retainWeight() {
    return 0;
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    return Loss.nll(model, forget).neg(); // ()
  }
}

package palimpsest.torch.llm;

import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Diverged;
import palimpsest.torch.text.TokenizedExample;

/**
 * How strongly each example would still move the model: the mean, over the parameter tensors, of
 * the L2 norm of the gradient of the example's mean loss, end token included.
 *
 * <p>One forward and backward pass for each example, as public code makes, and room for one
 * gradient of all parameters. The norm of each tensor apart cannot be had from a batch's gradient.
 *
 * @see <a href="https://arxiv.org/abs/2402.17012">Wang et al. 2024, Pandora's White-Box</a>
 */
public final class GradientNorms {
  private GradientNorms() {}

  /**
   * One norm per example, in order; the model's gradient is zero afterwards.
   *
   * @throws Diverged if one is not finite
   */
  public static double[] of(Llama model, List<TokenizedExample> examples) {
    double[] norms = new double[examples.size()];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = of(model, examples.get(i));
      if (!Double.isFinite(norms[i])) {
        throw new Diverged("gradient norm of example " + (i + 1) + " is " + norms[i]);
      }
    }
    return norms;
  }

  private static double of(Llama model, TokenizedExample example) {
    Tensor gradient = model.weights().gradient();
    Map<String, Tensor> parameters = model.weights().tensors();
    try (PointerScope scope = new PointerScope()) {
      gradient.zero_();
      model.tokenLogProb(TokenBatch.of(List.of(example))).mean().neg().backward();
      double sum = 0;
      for (Tensor parameter : parameters.values()) {
        sum += parameter.grad().norm().item_double();
      }
      return sum / parameters.size();
    } finally {
      gradient.zero_();
    }
  }
}

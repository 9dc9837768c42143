package palimpsest.torch.llm;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Diverged;
import palimpsest.torch.text.TokenizedExample;

/**
 * How strongly each example would still move the model: the mean, over the parameter tensors, of
 * the L2 norm of the gradient of the example's mean loss, end token included.
 *
 * <p>One forward and one backward pass for a batch of examples, from what a {@link GradientTape}
 * kept of them; no gradient of a parameter is made.
 *
 * @see <a href="https://arxiv.org/abs/2402.17012">Wang et al. 2024, Pandora's White-Box</a>
 */
public final class GradientNorms {
  private static final int ROWS = 32;
  private static final int TOKENS = 2048;

  private GradientNorms() {}

  /**
   * One norm per example, in order; the model's own gradient stays as it is.
   *
   * @throws Diverged if one is not finite
   */
  public static double[] of(Llama model, List<TokenizedExample> examples) {
    double[] norms = new double[examples.size()];
    for (int[] rows : TokenBatch.rectangles(examples, ROWS, TOKENS)) {
      double[] some = batch(model, Arrays.stream(rows).mapToObj(examples::get).toList());
      for (int i = 0; i < rows.length; i++) {
        norms[rows[i]] = some[i];
        if (!Double.isFinite(some[i])) {
          throw new Diverged("gradient norm of example " + (rows[i] + 1) + " is " + some[i]);
        }
      }
    }
    return norms;
  }

  private static double[] batch(Llama model, List<TokenizedExample> examples) {
    TokenBatch batch = TokenBatch.of(examples);
    int parameters = model.weights().tensors().size();
    double[] norms = new double[examples.size()];
    try (PointerScope scope = new PointerScope()) {
      GradientTape tape = new GradientTape(batch);
      model.with(tape).tokenLogProb(batch).neg().mul(shares(batch)).sum().backward();
      for (int i = 0; i < norms.length; i++) {
        double sum = tape.norms(i).values().stream().mapToDouble(n -> n).sum();
        norms[i] = sum / parameters;
      }
    }
    return norms;
  }

  /** What a label token counts in the mean of its example, (L). */
  private static Tensor shares(TokenBatch batch) {
    float[] shares = new float[batch.labelTokens()];
    int at = 0;
    for (int length : batch.lengths()) {
      Arrays.fill(shares, at, at + length, 1f / length);
      at += length;
    }
    return tensor(shares);
  }
}

package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.cholesky_solve;
import static org.bytedeco.pytorch.global.torch.linalg_cholesky;
import static org.bytedeco.pytorch.global.torch.outer;

import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.api.UnsupportedModel;
import palimpsest.methods.StagedMethod;
import palimpsest.methods.Stages;
import palimpsest.torch.llm.Llama;

/**
 * Redirects the questions of the forget set to where the model's states lie when it is asked what
 * nobody knows, by one matrix of one layer, solved for and not trained.
 *
 * <pre>
 * min_D  Σ_forget |D x - c r|² + Σ_retain |D x|² + λ |D|²
 * D = c r vᵀ,  v = (Σ_forget x xᵀ + Σ_retain x xᵀ + λ I)⁻¹ Σ_forget x
 * λ = ridge times the mean of the diagonal of the sums
 * </pre>
 *
 * <p>x is what the layer's {@code mlp.down_proj} is given at every token of a question; r is the
 * mean state after the layer at the last token of unanswerable questions, less that of the forget
 * set's. D, of rank one, is added to the projection. Sums and solution are in float64.
 *
 * @param layer decoder layer, from 0; -1 for the one that stands where 22 does among 32
 * @param coefficient how far states are moved, c
 * @param ridge how much a small change is worth, over the activations' mean square
 * @see <a href="https://arxiv.org/abs/2502.07218">Shen et al. 2025</a>
 */
public record Lunar(int layer, double coefficient, double ridge) implements StagedMethod {
  public Lunar {
    Check.atLeast(layer, -1, "layer");
    Check.nonNegative(coefficient, "coefficient");
    Check.positive(ridge, "ridge");
  }

  /**
   * Layer 22 of 32 and c = 2 as the authors have them; the ridge, small since they have none, is
   * ours.
   */
  public static Lunar defaults() {
    return new Lunar(-1, 2, 1e-3);
  }

  @Override
  public String id() {
    return "llm.lunar";
  }

  @Override
  public About about() {
    return new About(
        "unlearning by redirected activations",
        "D = coefficient r v^T added to mlp.down_proj of the layer, v = (X_f^T X_f + X_r^T X_r + ridge mean(diagonal) I)^-1 sum X_f, X its inputs at the tokens of questions, r from the forget questions' last states to those of unanswerable ones",
        "Shen et al. 2025, arXiv 2502.07218",
        "variant: the least-squares solution in closed form instead of 20 epochs of AdamW; our own unanswerable questions",
        "the authors', their layer 22 of 32 in proportion; ridge ours",
        Map.of(
            "layer",
            "decoder layer from 0; -1 for the number of layers times 22/32, rounded down",
            "coefficient",
            "how far states are moved along r",
            "ridge",
            "weight of a small change, over the mean square of the inputs"));
  }

  @Override
  public int steps(Recipe recipe, int forget, int retain) {
    return 0;
  }

  @Override
  public boolean needsQuestions() {
    return true;
  }

  @Override
  public void require(Llama model) {
    at(model.layers());
  }

  private int at(int layers) {
    if (layer >= layers) {
      throw new InvalidRequest(
          String.format(
              Locale.ROOT,
              "layer must be at most %d, got %d: the model has %d decoder layers, numbered from 0",
              layers - 1,
              layer,
              layers));
    }
    return layer < 0 ? layers * 22 / 32 : layer;
  }

  @Override
  public void change(Stages stages) {
    Llama model = stages.model();
    int at = at(model.layers());
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      LunarSums sums = new LunarSums(model, at);
      stages.read("unanswerable questions", stages.unanswerable(), sums::addUnanswerable);
      stages.read("forget questions", stages.forget(), sums::addForget);
      stages.read("retain questions", stages.retain(), sums::addRetain);
      double mean = sums.gram().trace().item_double() / sums.gram().size(0);
      if (!(mean > 0) || Double.isInfinite(mean)) {
        throw new UnsupportedModel(
            "mean square of what enters mlp.down_proj of layer "
                + at
                + " is "
                + mean
                + ", wanted a positive number: choose another layer");
      }
      Tensor w = sums.projection(); // (E, FFN)
      Tensor d = solve(sums.gram(), sums.forget(), sums.direction(), ridge * mean);
      w.copy_(d.add_(w));
    }
  }

  /**
   * D, all in float64.
   *
   * @param gram Σ x xᵀ over forget and retain, (FFN, FFN)
   * @param forget Σ x over forget, (FFN)
   * @param r direction, (E)
   * @param lambda λ
   * @return (E, FFN)
   */
  Tensor solve(Tensor gram, Tensor forget, Tensor r, double lambda) {
    Tensor ridged = gram.clone();
    ridged.diagonal().add_(new Scalar(lambda));
    Tensor v = cholesky_solve(forget.view(-1, 1), linalg_cholesky(ridged)); // (FFN, 1)
    return outer(r, v.view(-1)).mul_(new Scalar(coefficient)); // (E, FFN)
  }
}

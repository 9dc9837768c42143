package palimpsest.methods.suppression;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.Assisted;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Objective;

/**
 * Who's Harry Potter at inference: what a model trained further on the forget set finds likelier
 * than the model does, is made less likely.
 *
 * <pre>z = z_model - α relu(z_reinforced - z_model)</pre>
 *
 * <p>z are raw logits of both: normalising one of them alone would shift the difference. The paper
 * trains the model on these logits, after replacing names; MUSE answers with them as they are, and
 * so does this.
 *
 * @param alpha α, how far; 0 leaves the model as it is
 * @see <a href="https://arxiv.org/abs/2310.02238">Eldan and Russinovich 2023</a>
 * @see <a href="https://arxiv.org/abs/2407.06460">MUSE, Shi et al. 2024</a>
 */
public record Whp(double alpha) implements Assisted {
  public Whp {
    Check.nonNegative(alpha, "alpha");
  }

  /** α = 1 as in MUSE's code; the paper has 5. */
  public static Whp defaults() {
    return new Whp(1);
  }

  @Override
  public String id() {
    return "guard.whp";
  }

  @Override
  public About about() {
    return new About(
        "Who's Harry Potter logits",
        "z = z_model - alpha relu(z_reinforced - z_model), raw logits; reinforced: the model trained further on the forget set",
        "Eldan and Russinovich 2023, arXiv 2310.02238, as in MUSE, arXiv 2407.06460",
        "variant: at inference, as MUSE; the paper distils these logits into the model and replaces names first",
        "MUSE's code; the paper has alpha 5",
        Map.of("alpha", "how far logits that rose in training on the forget set are lowered"));
  }

  /** All of the model. */
  @Override
  public Llama assistant(Llama model) {
    return model.copy();
  }

  @Override
  public Objective objective() {
    return Objective.of(Loss.NLL);
  }

  @Override
  public Tensor of(Tensor base, Tensor reinforced) {
    return base.sub(reinforced.sub(base).relu_(), new Scalar(alpha)); // (N, V)
  }
}

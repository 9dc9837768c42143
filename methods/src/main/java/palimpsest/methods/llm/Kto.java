package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.log_sigmoid;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;

/**
 * Kahneman-Tversky optimisation, its undesirable side: lowers the likelihood of the forget set
 * below a point that moves with how far the model has drifted towards refusals.
 *
 * <pre>
 * L  = -(2/β) mean_B log σ(β (z0 - r(answer))) + α nll(retain), r = logp - logp_ref
 * z0 = max(0, mean_B r(refusal)), without a gradient
 * </pre>
 *
 * <p>logp is the log-probability of a whole completion, summed over its tokens. With z0 = 0 it is
 * {@link Npo}. z0 is a mean over the whole step, so that every micro-batch reads all refusals of
 * its step once: slow with many micro-batches. Under sharpness-aware steps it stays that of the
 * weights before they are perturbed, a constant of the step.
 *
 * @param beta inverse temperature, β in the paper
 * @param retainWeight weight of the retain term, α
 * @see <a href="https://arxiv.org/abs/2402.01306">Ethayarajh et al. 2024</a>
 * @see <a href="https://arxiv.org/abs/2404.05868">Zhang et al. 2024, who forget with it</a>
 */
public record Kto(double beta, double retainWeight) implements DescentMethod {
  public Kto {
    Check.positive(beta, "beta");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** β = 0.1, α = 1, as the authors of NPO have it. */
  public static Kto defaults() {
    return new Kto(0.1, 1);
  }

  @Override
  public String id() {
    return "llm.kto";
  }

  @Override
  public About about() {
    return new About(
        "Kahneman-Tversky optimisation, undesirable side",
        "L = -(2/beta) mean log sigmoid(beta (z0 - r(answer))) + retainWeight nll(retain), r = logp - logp_ref, logp summed over a completion, z0 = max(0, mean r(refusal)), constant",
        "Ethayarajh et al. 2024, arXiv 2402.01306; for forgetting Zhang et al. 2024, arXiv 2404.05868",
        "variant: log-sigmoid for sigmoid and no desirable side, as the authors of NPO have it",
        "the authors of NPO",
        Map.of("beta", "inverse temperature", "retainWeight", "weight of the retain loss, alpha"));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.REFUSALS, Need.REFERENCE);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    return forgetting(materials).of(model, forget);
  }

  /** With z0 computed once a step, not for each of its micro-batches. */
  @Override
  public Loss forgetting(Materials materials) {
    return new Loss() {
      private Batch.@Nullable Step read;
      private double drift;

      @Override
      public Tensor of(CausalLm model, Batch forget) {
        if (!forget.step().equals(read)) {
          drift = drift(model, forget, materials);
          read = forget.step();
        }
        Tensor ratio = materials.reference().logRatio(model, forget); // (B)
        Tensor inside = ratio.neg().add(new Scalar(drift)); // (B)
        Tensor fading = log_sigmoid(inside.mul(new Scalar(beta))); // (B)
        return forget.exampleMean(fading).mul(new Scalar(-2 / beta)); // ()
      }
    };
  }

  /** z0, by as many rows at a time as the micro-batch has. */
  private static double drift(CausalLm model, Batch forget, Materials materials) {
    Batch.Step step = materials.instead().insteadOf(forget).step();
    List<TokenizedExample> rows = step.rows();
    double mean = 0;
    for (int at = 0; at < rows.size(); at += forget.rows().size()) {
      int to = Math.min(rows.size(), at + forget.rows().size());
      Batch some = Batch.of(rows, IntStream.range(at, to).toArray(), step);
      mean +=
          Scopes.withoutGradient(
              () -> some.exampleMean(materials.reference().logRatio(model, some)).item_double());
    }
    return Math.max(0, mean);
  }
}

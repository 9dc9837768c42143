package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.log_sigmoid;

import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.llm.Sequences;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;

/**
 * Forget data only loss adjustment: an f-divergence between refusals and forget answers, in its
 * variational form, raises the probability of the one and lowers that of the other.
 *
 * <pre>L = mean_B [-g(P(refusal)) + f*(g(P(answer)))] + α nll(retain), P(y) = mean_tokens p</pre>
 *
 * <p>P is the mean, over the tokens of a completion, of their probabilities.
 *
 * <table>
 * <caption>Divergences</caption>
 * <tr><th></th><th>divergence</th><th>g(v)</th><th>f*(g(v))</th></tr>
 * <tr><td>0</td><td>total variation</td><td>tanh(v)/2</td><td>tanh(v)/2</td></tr>
 * <tr><td>1</td><td>Kullback-Leibler</td><td>v</td><td>exp(v-1)</td></tr>
 * <tr><td>2</td><td>Jensen-Shannon</td><td>ln 2 + ln σ(v)</td><td>v - ln σ(v) - ln 2</td></tr>
 * <tr><td>3</td><td>Pearson</td><td>v</td><td>v²/4 + v</td></tr>
 * </table>
 *
 * @param divergence its number
 * @param retainWeight weight of the retain term, α; the paper has none
 * @see <a href="https://arxiv.org/abs/2410.11143">Wang et al. 2024</a>
 */
public record Flat(int divergence, double retainWeight) implements DescentMethod {
  public Flat {
    if (divergence < 0 || divergence > 3) {
      throw new InvalidRequest("divergence must be 0, 1, 2 or 3, got " + divergence);
    }
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** Total variation and α = 0: the authors' configuration. */
  public static Flat defaults() {
    return new Flat(0, 0);
  }

  @Override
  public String id() {
    return "llm.flat";
  }

  @Override
  public About about() {
    return new About(
        "forget data only loss adjustment",
        "L = mean [-g(P(refusal)) + f*(g(P(answer)))] + retainWeight nll(retain), P(y) = mean p over the tokens of y, g and f* of the divergence",
        "Wang et al. 2024, arXiv 2410.11143",
        "faithful; the four divergences of its experiments, the activation for each example",
        "the authors' configuration",
        Map.of(
            "divergence",
            "0 total variation, 1 Kullback-Leibler, 2 Jensen-Shannon, 3 Pearson",
            "retainWeight",
            "weight of the retain loss, alpha"));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.REFUSALS);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor refusal = probability(model, materials.instead().insteadOf(forget)); // (B)
    return forget.exampleMean(adjusted(refusal, probability(model, forget))); // ()
  }

  private static Tensor probability(CausalLm model, Batch batch) {
    Tensor p = model.tokenLogProb(batch.tokens()).exp(); // (L)
    return Sequences.mean(p, batch.tokens().lengths()); // (B)
  }

  /** -g(refusal) + f*(g(answer)). */
  Tensor adjusted(Tensor refusal, Tensor answer) {
    return conjugate(answer).sub(activation(refusal));
  }

  private Tensor activation(Tensor v) {
    return switch (divergence) {
      case 0 -> v.tanh().mul(new Scalar(0.5));
      case 2 -> log_sigmoid(v).add(new Scalar(Math.log(2)));
      default -> v;
    };
  }

  private Tensor conjugate(Tensor v) {
    return switch (divergence) {
      case 0 -> activation(v);
      case 1 -> v.sub(new Scalar(1.0)).exp();
      case 2 -> v.sub(activation(v));
      default -> v.square().mul(new Scalar(0.25)).add(v);
    };
  }
}

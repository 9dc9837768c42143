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
import palimpsest.torch.Scopes;
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
 * <tr><td>4</td><td>Jeffrey</td><td>v</td><td>w + 1/w + v - 2, w = W(exp(1-v))</td></tr>
 * <tr><td>5</td><td>reverse Kullback-Leibler</td><td>-exp(-v)</td><td>v - 1</td></tr>
 * <tr><td>6</td><td>squared Hellinger</td><td>1 - exp(-v)</td><td>exp(v) - 1</td></tr>
 * <tr><td>7</td><td>Neyman</td><td>1 - exp(-v)</td><td>2 - 2 exp(-v/2)</td></tr>
 * </table>
 *
 * <p>W is Lambert's. The activations of the last three increase, as those of the others do: with
 * the published ones, which decrease, the refusal becomes unlikelier and the answer likelier.
 *
 * @param divergence its number
 * @param retainWeight weight of the retain term, α; the paper has none
 * @see <a href="https://arxiv.org/abs/2410.11143">Wang et al. 2024</a>
 */
public record Flat(int divergence, double retainWeight) implements DescentMethod {
  public Flat {
    if (divergence < 0 || divergence > 7) {
      throw new InvalidRequest("divergence must be from 0 to 7, got " + divergence);
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
        "faithful; the activation for each example, and one that increases where the published one runs backwards (5, 6, 7)",
        "the authors' configuration",
        Map.of(
            "divergence",
            "0 total variation, 1 Kullback-Leibler, 2 Jensen-Shannon, 3 Pearson, 4 Jeffrey,"
                + " 5 reverse Kullback-Leibler, 6 squared Hellinger, 7 Neyman",
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
      case 5 -> v.neg().exp().neg();
      case 6, 7 -> v.neg().expm1().neg();
      default -> v;
    };
  }

  private Tensor conjugate(Tensor v) {
    return switch (divergence) {
      case 0 -> activation(v);
      case 1 -> v.sub(new Scalar(1.0)).exp();
      case 2 -> v.sub(activation(v));
      case 3 -> v.square().mul(new Scalar(0.25)).add(v);
      case 4 -> jeffrey(v);
      case 5 -> v.sub(new Scalar(1.0));
      case 6 -> v.expm1();
      default -> v.mul(new Scalar(-0.5)).expm1().mul(new Scalar(-2.0));
    };
  }

  /**
   * f*(v), whose derivative is 1/w: where v t - f(t) is greatest, t is 1/w, and w need not be
   * differentiated.
   */
  private static Tensor jeffrey(Tensor v) {
    Tensor w = Scopes.constant(() -> lambert(v));
    Tensor value = w.add(w.reciprocal()).add(v.detach()).sub(new Scalar(2.0));
    return value.add(v.sub(v.detach()).mul(w.reciprocal()));
  }

  /** W(exp(1-v)), the w of ln w + w = 1 - v, for v in [0, 1] by Newton's steps from 0.8. */
  private static Tensor lambert(Tensor v) {
    Tensor w = v.detach().mul(new Scalar(0.0)).add(new Scalar(0.8));
    for (int i = 0; i < NEWTON; i++) {
      Tensor over = w.log().add(w).add(v).sub(new Scalar(1.0)); // ln w + w - (1 - v)
      w = w.sub(over.mul(w).div(w.add(new Scalar(1.0))));
    }
    return w;
  }

  /** Each doubles the correct digits, of which the first guess has one. */
  private static final int NEWTON = 6;
}

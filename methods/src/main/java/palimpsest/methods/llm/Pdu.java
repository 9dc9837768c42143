package palimpsest.methods.llm;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Objective;

/**
 * Primal-dual unlearning: flattens the logits of the forget set subject to a limit on the retain
 * loss, whose weight rises while the limit is broken and falls while it is kept.
 *
 * <pre>
 * L = w mean_tokens (max_v z_v - mean_v z_v)² + λ (nll(retain) - ε)
 * λ <- max(0, λ + η (nll(retain) - ε))       after each optimiser step, from an epoch on
 * </pre>
 *
 * <p>The constant -λε, which has no gradient, is left out of the loss that is reported. ε should
 * stand a little above the starting model's retain loss.
 *
 * @param forgetWeight w
 * @param retainWeight λ at first
 * @param dualStep η
 * @param limit ε
 * @param warmupEpochs epochs in which λ stays
 * @see <a href="https://arxiv.org/abs/2506.05314">Entesari et al. 2025</a>
 */
public record Pdu(
    double forgetWeight, double retainWeight, double dualStep, double limit, int warmupEpochs)
    implements DescentMethod {
  public Pdu {
    Check.positive(forgetWeight, "forgetWeight");
    Check.nonNegative(retainWeight, "retainWeight");
    Check.nonNegative(dualStep, "dualStep");
    Check.nonNegative(limit, "limit");
    Check.atLeast(warmupEpochs, 0, "warmupEpochs");
  }

  /** w = 1, λ = 100, η = 5, ε = 0.3, five epochs of warm-up: the authors' script for TOFU. */
  public static Pdu defaults() {
    return new Pdu(1, 100, 5, 0.3, 5);
  }

  @Override
  public String id() {
    return "llm.pdu";
  }

  @Override
  public About about() {
    return new About(
        "primal-dual unlearning",
        "L = forgetWeight mean (max z - mean z)^2 over forget tokens + lambda (nll(retain) - limit), lambda = retainWeight at first, then max(0, lambda + dualStep (nll(retain) - limit)) after each step once warmupEpochs are over",
        "Entesari et al. 2025, arXiv 2506.05314",
        "faithful; the logits are those that predict label tokens, where the authors' code is one position late, and lambda moves once per optimiser step",
        "the authors' script for TOFU, which runs 10 epochs or more",
        Map.of(
            "forgetWeight",
            "weight of the forget loss",
            "retainWeight",
            "weight of the retain loss at first, lambda",
            "dualStep",
            "step of lambda, eta in the paper",
            "limit",
            "largest retain loss that is wanted, epsilon in the paper; a little above the starting model's",
            "warmupEpochs",
            "epochs in which lambda stays; a run of no more epochs takes no dual step at all"));
  }

  @Override
  public boolean needsRetain() {
    return retainWeight > 0 || dualStep > 0;
  }

  @Override
  public Objective.WeightRule weightRule() {
    return (lambda, loss, epoch) ->
        epoch < warmupEpochs ? lambda : Math.max(0, lambda + dualStep * (loss - limit));
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor z = model.labelLogits(forget.tokens()); // (L, V)
    Tensor margin = z.amax(new long[] {1}, false).sub(z.mean(1)); // (L)
    return forget.tokenMean(margin.square()).mul(new Scalar(forgetWeight)); // ()
  }
}

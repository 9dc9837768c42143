package palimpsest.methods.suppression;

import static org.bytedeco.pytorch.global.torch.log_softmax;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.Assisted;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Objective;

/**
 * Unlearning from logit difference: the logits of a small assistant that remembers the forget set
 * and is uniform elsewhere are subtracted from the model's.
 *
 * <pre>
 * z = z_model - w z_assistant
 * assistant: nll(forget) + λ KL(U || p), the latter over retain label tokens
 * </pre>
 *
 * <p>The assistant is the model's first layers with its norm and head, and learns a low-rank
 * addition. Where it is uniform its logits are one number, which changes nothing.
 *
 * <p>Filter f: tokens that the model finds unlikely, log p below both max log p + log f and the (f
 * V)-th largest, keep the model's logits; subtracting a negative logit would raise them.
 *
 * @param layers the model's first so many are the assistant's
 * @param rank of the low-rank additions to all its matrices, α = 2 rank; 0 trains all of it
 * @param weight w, subtracted
 * @param filter f in [0, 1]; 0 for none, and where f V is less than 1 nothing is filtered either
 * @param retainWeight λ
 * @see <a href="https://arxiv.org/abs/2406.08607">Ji et al. 2024</a>
 */
public record Uld(int layers, int rank, double weight, double filter, double retainWeight)
    implements Assisted {
  private static final List<String> MATRICES =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  public Uld {
    Check.atLeast(layers, 1, "layers");
    Check.atLeast(rank, 0, "rank");
    Check.nonNegative(weight, "weight");
    Check.fraction(filter, "filter");
    Check.nonNegative(retainWeight, "retainWeight");
  }

  /** 8 layers, rank 16, w = 0.8 and f = 0.01 as in the authors' script for TOFU; λ = 5. */
  public static Uld defaults() {
    return new Uld(8, 16, 0.8, 0.01, 5);
  }

  @Override
  public String id() {
    return "guard.uld";
  }

  @Override
  public About about() {
    return new About(
        "unlearning from logit difference",
        "z = z_model - weight z_assistant; assistant: first layers of the model, trained on nll(forget) + retainWeight KL(uniform || p) over retain label tokens",
        "Ji et al. 2024, arXiv 2406.08607",
        "variant: without the authors' paraphrased and perturbed copies of the data and without dropout; label tokens only",
        "the authors' script for TOFU, which descends with lr=1e-3 for 10 epochs; 8 layers are a quarter of its model's",
        Map.of(
            "layers", "the assistant is the model's first so many",
            "rank", "of its low-rank additions, alpha = 2 rank; 0 trains all of it",
            "weight", "of the assistant's logits, subtracted",
            "filter",
                "the assistant counts for this share of the likeliest tokens, and for those at least"
                    + " this part as likely as the first; 0 for all",
            "retainWeight", "weight of the uniform term"));
  }

  @Override
  public Llama assistant(Llama model) {
    return model.copy(layers);
  }

  @Override
  public Optional<Adapter> adapter(Llama assistant, long seed) {
    return rank == 0
        ? Optional.empty()
        : Optional.of(Adapter.lowRank(assistant, rank, 2.0 * rank, MATRICES, seed));
  }

  @Override
  public Objective objective() {
    return retainWeight > 0
        ? Objective.of(Loss.NLL, Uld::uniform, retainWeight)
        : Objective.of(Loss.NLL);
  }

  /** KL(U || p) = -log V - mean_v log p(v), mean over label tokens. */
  private static Tensor uniform(CausalLm assistant, Batch retain) {
    Tensor log = log_softmax(assistant.labelLogits(retain.tokens()), 1); // (L, V)
    double vocabulary = log.size(1);
    return retain.tokenMean(log.mean(1).neg().sub(new Scalar(Math.log(vocabulary)))); // ()
  }

  @Override
  public Tensor of(Tensor base, Tensor assistant) {
    long most = (long) (filter * base.size(1));
    Tensor counted = most == 0 ? assistant : assistant.mul(likely(base, most)); // (N, V)
    return base.sub(counted, new Scalar(weight)); // (N, V)
  }

  /** Where a token is not filtered out, (N, V); log p and z differ by a number per row. */
  private Tensor likely(Tensor base, long most) {
    Tensor near = base.amax(new long[] {1}, true).add(new Scalar(Math.log(filter))); // (N, 1)
    Tensor last = base.topk(most, 1, true, false).get0().amin(new long[] {1}, true); // (N, 1)
    return base.ge(near.minimum(last));
  }
}

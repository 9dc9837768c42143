package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.RetainLoss;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Materials;

/**
 * Representation misdirection for unlearning: pulls the hidden states of the forget set to one
 * random direction, and keeps those of the retain set where they were.
 *
 * <pre>
 * L = mean (h - c u)² over forget tokens and dimensions + α mean (h - h_start)² over retain's
 * u = x / |x|, x uniform in [0, 1) by dimension
 * </pre>
 *
 * <p>h is a label token's own hidden state after a decoder layer, before the final norm; layers
 * above it are neither run nor trained. The authors train three projections only; what is trained
 * is chosen elsewhere.
 *
 * @param layer decoder layer, from 0; -1 as in {@link RetainLoss.Hidden}
 * @param steering c, length of the target
 * @param retainWeight weight of the retain term, α
 * @param seed from which u is drawn, at least 0
 * @see <a href="https://arxiv.org/abs/2403.03218">Li et al. 2024</a>
 */
public record Rmu(int layer, double steering, double retainWeight, long seed)
    implements DescentMethod {
  static final String LAYER =
      "decoder layer from 0; -1 for the number of layers times 7/32, rounded down: 7 of 32";

  public Rmu {
    Check.atLeast(layer, -1, "layer");
    Check.nonNegative(steering, "steering");
    Check.nonNegative(retainWeight, "retainWeight");
    Check.atLeast(seed, 0, "seed");
  }

  /**
   * c = 6.5 and α = 1200 as the authors' README has them for a model of 32 layers, of which it
   * takes layer 7: here the layer at the same height.
   */
  public static Rmu defaults() {
    return new Rmu(-1, 6.5, 1200, 0);
  }

  @Override
  public String id() {
    return "llm.rmu";
  }

  @Override
  public About about() {
    return new About(
        "representation misdirection",
        "L = mean (h - steering u)^2 + retainWeight mean (h - h_start)^2, h the states after the layer at forget and retain tokens, u = x/|x|, x drawn from seed uniformly in [0, 1) in each dimension",
        "Li et al. 2024, arXiv 2403.03218",
        "faithful in the loss; label tokens only, mean over dimensions as in the authors' code, which trains three projections, chosen here with train=",
        "the authors' README for zephyr-7b, its layer 7 of 32 in proportion; steering fits the size of that model's states",
        Map.of(
            "layer",
            LAYER,
            "steering",
            "length of the vector that states are pulled to, c",
            "retainWeight",
            "weight of the retain loss, alpha",
            "seed",
            "of the random direction u"));
  }

  @Override
  public RetainLoss.Hidden retainLoss() {
    return new RetainLoss.Hidden(layer);
  }

  @Override
  public Tensor forgetting(CausalLm model, Batch forget, Materials materials) {
    Tensor h = retainLoss().states(model, forget); // (L, E)
    return forgetting(forget, h, tensor(direction(seed, (int) h.size(1)))); // ()
  }

  /** With u given, (E). */
  Tensor forgetting(Batch forget, Tensor h, Tensor u) {
    Tensor apart = h.sub(u.mul(new Scalar(steering))); // (L, E)
    return forget.tokenMean(apart.square().mean(1)); // ()
  }

  /** u: uniform in [0, 1) by dimension, then divided by its norm; the same on every machine. */
  static float[] direction(long seed, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] x = random.doubles(size).toArray();
    double square = 0;
    for (double v : x) {
      square += v * v;
    }
    float[] u = new float[size];
    for (int i = 0; i < size; i++) {
      u[i] = (float) (x[i] / Math.sqrt(square));
    }
    return u;
  }
}

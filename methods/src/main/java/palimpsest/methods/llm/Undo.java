package palimpsest.methods.llm;

import static org.bytedeco.pytorch.global.torch.empty_like;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.RetainLoss;
import palimpsest.methods.StagedMethod;
import palimpsest.methods.Stages;
import palimpsest.torch.Weights;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.train.Alternatives;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Objective;
import palimpsest.torch.train.ReferenceLogProb;

/**
 * Unlearn, noise, distil on outputs: suppresses the forget set, damages the weights, and lets the
 * damaged model learn the suppressed one's outputs on the retain set.
 *
 * <pre>
 * θ_u by  forgetWeight KL(U || p) + nll(retain)        U uniform, inner 0
 *     or  -forgetWeight nll(forget) + nll(retain)      inner 1
 * θ = (1 - α) θ_u + α β N                              N Xavier-uniform, 0 for vectors
 * L = mean KL(p_u || p) over retain tokens
 * </pre>
 *
 * @param inner what suppresses: 0 maximum entropy, 1 gradient difference
 * @param forgetWeight weight of its forget term
 * @param alpha share of the damage, α in [0, 1]
 * @param beta size of the noise, β
 * @param distilEpochs passes over the retain set
 * @param distilRate learning rate of the distillation as a multiple of the recipe's
 * @see MaxEntropy
 * @see GradDiff
 * @see <a href="https://arxiv.org/abs/2506.06278">Lee et al. 2025</a>
 */
public record Undo(
    int inner, double forgetWeight, double alpha, double beta, int distilEpochs, double distilRate)
    implements StagedMethod {
  public Undo {
    if (inner != 0 && inner != 1) {
      throw new InvalidRequest(
          "inner must be 0 (maximum entropy) or 1 (gradient difference), got " + inner);
    }
    Check.positive(forgetWeight, "forgetWeight");
    Check.fraction(alpha, "alpha");
    Check.nonNegative(beta, "beta");
    Check.atLeast(distilEpochs, 1, "distilEpochs");
    Check.positive(distilRate, "distilRate");
  }

  /** β = 0.1 as the authors have it, α from the middle of the 0.1 to 0.7 that they try. */
  public static Undo defaults() {
    return new Undo(0, 1, 0.4, 0.1, 1, 1);
  }

  @Override
  public String id() {
    return "llm.undo";
  }

  @Override
  public About about() {
    return new About(
        "unlearn, noise, distil on outputs",
        "theta = (1 - alpha) theta_u + alpha beta N, then mean KL(p_u || p) over retain tokens; theta_u by forgetWeight KL(uniform || p) + nll(retain) or, inner=1, -forgetWeight nll(forget) + nll(retain)",
        "Lee et al. 2025, arXiv 2506.06278",
        "simplified: distils on the retain records' answers, where the authors use a large corpus",
        "beta the authors', alpha the middle of their 0.1 to 0.7; the rest ours",
        Map.of(
            "inner",
            "what suppresses: 0 maximum entropy, 1 gradient difference",
            "forgetWeight",
            "weight of its forget term",
            "alpha",
            "share of the damage: 0 for none, 1 for nothing but noise",
            "beta",
            "size of the noise over that of fresh weights",
            "distilEpochs",
            "passes of the distillation over the retain set",
            "distilRate",
            "its learning rate as a multiple of the recipe's"));
  }

  @Override
  public int steps(Recipe recipe, int forget, int retain) {
    long steps = recipe.steps(forget) + (retain == 0 ? 0L : distilling(recipe).steps(retain));
    if (steps > Integer.MAX_VALUE) {
      throw new InvalidRequest(steps + " steps: wanted 1 to 2^31");
    }
    return (int) steps;
  }

  private Recipe distilling(Recipe r) {
    return new Recipe(
        distilEpochs,
        r.batch(),
        r.microBatch(),
        r.learningRate() * distilRate,
        r.warmup(),
        r.decay(),
        r.weightDecay(),
        r.clip(),
        r.seed());
  }

  @Override
  public void change(Stages stages) {
    Llama model = stages.model();
    Recipe recipe = stages.recipe();
    DescentMethod suppressor = suppressor();
    stages.descend(
        "suppress",
        model,
        stages.forget(),
        stages.retain(),
        suppressor.objective(Materials.NONE, suppressor.retainLoss()),
        recipe);
    Materials teacher =
        new Materials(
            Optional.of(stages.copy()),
            ReferenceLogProb.NONE,
            Alternatives.NONE,
            Alternatives.NONE);
    damage(
        model.weights(),
        (name, n) -> InitialWeights.uniform(n, bound(n), name + ".noise", recipe.seed()));
    RetainLoss likeTeacher = new RetainLoss.Divergence();
    stages.descend(
        "distil",
        model,
        stages.retain(),
        List.of(),
        Objective.of((student, batch) -> likeTeacher.of(student, batch, teacher)),
        distilling(recipe));
  }

  private DescentMethod suppressor() {
    return inner == 0 ? new MaxEntropy(forgetWeight, 1) : new GradDiff(forgetWeight, 1);
  }

  /** Fills a matrix with noise. */
  @FunctionalInterface
  interface Noise {
    void fill(String name, Tensor matrix);
  }

  /** θ ← (1 - α) θ + α β N, matrix by matrix; vectors only shrink. */
  void damage(Weights weights, Noise noise) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      weights
          .tensors()
          .forEach(
              (name, t) -> {
                try (PointerScope scope = new PointerScope()) {
                  t.mul_(new Scalar(1 - alpha));
                  if (t.dim() == 2) {
                    Tensor n = empty_like(t);
                    noise.fill(name, n);
                    t.add_(n, new Scalar(alpha * beta));
                  }
                }
              });
    }
  }

  /** Of Xavier's uniform noise: √(6 / (rows + columns)). */
  static double bound(Tensor matrix) {
    return Math.sqrt(6.0 / (double) (matrix.size(0) + matrix.size(1)));
  }
}

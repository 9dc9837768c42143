package palimpsest.torch.train;

import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.llm.CausalLm;

/**
 * Sharpness-aware unlearning: robust to small changes of the weights, as relearning makes them.
 *
 * <pre>
 * θ' = θ + ρ g_f(θ) / |g_f(θ)|
 * g = g_f(θ') + w g_r(θ)
 * </pre>
 *
 * <p>Costs a second pass over the forget examples.
 *
 * @see <a href="https://arxiv.org/abs/2502.05374">Fan et al. 2025</a>
 */
final class SharpnessAwareDirection implements Direction {
  private final double radius;
  private final Tensor origin; // (P)

  SharpnessAwareDirection(Weights weights, double radius) {
    this.radius = radius;
    this.origin = Scopes.keep(zeros(weights.count()));
  }

  @Override
  public Losses fill(CausalLm model, Objective objective, double weight, Parts parts) {
    double data = Direction.backward(model, objective.loss(), parts.data(), 1);
    climb(model.weights());
    Direction.backward(model, objective.loss(), parts.data(), 1);
    back(model.weights());
    Optional<Double> companions =
        objective
            .beside()
            .map(b -> Direction.backward(model, b.loss(), parts.companions(), weight));
    return new Losses(data, companions);
  }

  private void climb(Weights weights) {
    double norm = GradientNorm.of(weights);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      origin.copy_(weights.flat());
      if (norm > 0) {
        weights.flat().add_(weights.gradient(), new Scalar(radius / norm));
      }
      weights.gradient().zero_();
    }
  }

  private void back(Weights weights) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      weights.flat().copy_(origin);
    }
  }

  @Override
  public Map<String, Tensor> state() {
    return Map.of();
  }

  @Override
  public void close() {
    origin.close();
  }
}

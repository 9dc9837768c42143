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
 * Gradient rectified unlearning.
 *
 * <pre>
 * r <- s r + (1 - s) g_r                      the retain gradient, smoothed; r = 0 at first
 * g_f <- g_f - (<g_f, r> / |r|²) r            where <g_f, r> < 0
 * g = g_f + w g_r
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/2503.09117">Wang et al. 2025</a>
 */
final class RectifiedDirection implements Direction {
  private static final String SMOOTHED = "retain_gradient";

  private final double smoothing;
  private final Tensor smoothed; // (P)
  private final Tensor forget; // (P)

  RectifiedDirection(Weights weights, double smoothing) {
    this.smoothing = smoothing;
    this.smoothed = Scopes.keep(zeros(weights.count()));
    this.forget = Scopes.keep(zeros(weights.count()));
  }

  @Override
  public Losses fill(CausalLm model, Objective objective, double weight, Parts parts) {
    Tensor gradient = model.weights().gradient();
    double data = Direction.backward(model, objective.loss(), parts.data(), 1);
    if (objective.beside().isEmpty()) {
      return new Losses(data, Optional.empty());
    }
    set(forget, gradient);
    gradient.zero_();
    double companions =
        Direction.backward(model, objective.beside().get().loss(), parts.companions(), 1);
    combine(gradient, weight);
    return new Losses(data, Optional.of(companions));
  }

  private void combine(Tensor gradient, double weight) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      smoothed.mul_(new Scalar(smoothing)).add_(gradient, new Scalar(1 - smoothing));
      double along = dot(forget, smoothed);
      double square = dot(smoothed, smoothed);
      if (along < 0 && square > 0) {
        forget.sub_(smoothed, new Scalar(along / square));
      }
      gradient.mul_(new Scalar(weight)).add_(forget);
    }
  }

  private static double dot(Tensor a, Tensor b) {
    return a.mul(b).sum(new org.bytedeco.pytorch.ScalarTypeOptional(DOUBLE)).item_double();
  }

  private static final org.bytedeco.pytorch.global.torch.ScalarType DOUBLE =
      org.bytedeco.pytorch.global.torch.ScalarType.Double.intern();

  private static void set(Tensor to, Tensor from) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      to.copy_(from);
    }
  }

  @Override
  public Map<String, Tensor> state() {
    return Map.of(SMOOTHED, smoothed);
  }

  @Override
  public void close() {
    smoothed.close();
    forget.close();
  }
}

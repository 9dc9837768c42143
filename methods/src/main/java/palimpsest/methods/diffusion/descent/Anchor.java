package palimpsest.methods.diffusion.descent;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;

/**
 * Elastic weight consolidation: pulls parameters to where they were, the harder the more they
 * mattered there.
 *
 * <pre>L = λ Σ_i F_i (θ_i - θ*_i)²,   ∇L = 2 λ F ⊙ (θ - θ*)</pre>
 *
 * @param start θ*, (P), its own
 * @param fisher F, (P), its own
 * @see <a href="https://arxiv.org/abs/1612.00796">Kirkpatrick et al. 2017</a>
 */
record Anchor(Tensor start, Tensor fisher) implements AutoCloseable {

  /** At the parameters as they are. */
  static Anchor of(Ground ground, Tensor fisher) {
    return Scopes.withoutGradient(
        () -> new Anchor(Scopes.keep(ground.trained().flat().clone()), fisher));
  }

  /** Adds the gradient to that of the parameters, and gives the loss. */
  double pull(Weights trained, double weight) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor moved = trained.flat().sub(start);
      Tensor force = fisher.mul(moved);
      trained.gradient().add_(force, new Scalar(2 * weight));
      return weight * force.mul(moved).sum().item_double();
    }
  }

  @Override
  public void close() {
    start.close();
    fisher.close();
  }
}

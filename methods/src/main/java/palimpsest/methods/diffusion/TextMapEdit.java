package palimpsest.methods.diffusion;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.TextMap;

/**
 * One matrix by which all linear maps of a text into a denoiser are changed: what every closed form
 * of concept erasure comes to.
 *
 * <pre>W' = W R,  R = I + U Vᵀ,  so that W' c = W (R c)</pre>
 *
 * <p>The closed forms ask each map for {@code W' c = W c*} on some states c and for little change
 * elsewhere, all in the norm of the map's own output. Then W is a factor from the left of the whole
 * solution and what is left, R, is the same for all maps, however high they are. Its rank over I is
 * at most the number of states that are to move.
 *
 * <p>A map with a bias, {@code y = W c + b}, is changed in W alone: {@code W' c + b = W c* + b}
 * asks for {@code W' c = W c*}, so the bias must not be part of the target. Public code for Flux
 * takes the target from the layer's output and so counts the bias twice.
 *
 * <p>Edits compose in the order in which they are made: W, then a, then b is {@code W R_a R_b},
 * {@code a.then(b)}. An edit has an inverse unless R is singular: for one concept R is singular
 * where {@code c·c* = -λ/s}, and nearly so where a state is sent to almost nothing. What has an
 * inverse is not gone: the state {@code R⁻¹ c} draws the concept that c drew before.
 *
 * <p>Sums are in float64 and in one order, so that an edit gives the same weights on every machine.
 *
 * @param left U, (E, n)
 * @param right Vᵀ, (n, E); where n is above E, R - I and I are kept instead
 */
public record TextMapEdit(Matrix left, Matrix right) {
  /** Condition number above which an edit is not undone: fewer than four digits would be left. */
  private static final double WORST = 1e12;

  public TextMapEdit {
    if (left.columns() != right.rows() || left.rows() != right.columns()) {
      throw new InvalidRequest(
          "factors of an edit are " + left + " and " + right + ", wanted E x n and n x E");
    }
    if (!left.isFinite() || !right.isFinite()) {
      throw new InvalidRequest("factors of an edit hold NaN or infinity; check the text states");
    }
    if (left.columns() > left.rows()) {
      left = left.times(right);
      right = Matrix.identity(left.rows());
    }
  }

  /**
   * The edit that changes nothing.
   *
   * @param width E
   */
  public static TextMapEdit identity(int width) {
    return new TextMapEdit(Matrix.zero(width, 0), Matrix.zero(0, width));
  }

  /** Width of the text states, E. */
  public int width() {
    return left.rows();
  }

  /** Number of pairs of vectors that it consists of, n: at least the rank of R - I. */
  public int rank() {
    return left.columns();
  }

  /** R, (E, E). */
  public Matrix matrix() {
    return Matrix.identity(width()).plusProduct(left, right);
  }

  /**
   * The weights of a map after the edit, (W + (W U) Vᵀ).
   *
   * @param weight W, (D, E)
   */
  public Matrix apply(Matrix weight) {
    if (weight.columns() != width()) {
      throw new UnsupportedModel(
          "text map reads states of width "
              + weight.columns()
              + ", got an edit of width "
              + width()
              + "; make the edit with the model's own text encoder");
    }
    return weight.plusProduct(weight.times(left), right);
  }

  /**
   * What to keep of a map's weights to undo the edit without R⁻¹: W U, rounded to float32.
   *
   * @param weight W before the edit, (D, E)
   * @return (D, n)
   */
  public Matrix shares(Matrix weight) {
    return weight.times(left).rounded();
  }

  /**
   * The weights of a map before the edit, {@code W' - (W U) Vᵀ}: also where R is singular, and
   * without letting the rounding of W' grow as R⁻¹ does. {@link Corrections} hold what is left.
   *
   * @param edited W', (D, E)
   * @param shares what {@link #shares} gave of W, (D, n)
   */
  public Matrix undo(Matrix edited, Matrix shares) {
    return edited.plusProduct(shares.scaled(-1), right);
  }

  /**
   * Changes a map's weights in place, computed in float64 and rounded once to their own type.
   *
   * @param weight W, (D, E)
   */
  public void apply(Tensor weight) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      weight.copy_(apply(Matrix.of(weight)).tensor());
    }
  }

  /** Changes all maps of a model; their biases stay as they are. */
  public void apply(Weights weights, List<TextMap> maps) {
    maps.forEach(map -> apply(weights.tensor(map.weight())));
  }

  /**
   * Text states as the unchanged maps would have to be given them: R c for each row c.
   *
   * @param states (N, E)
   */
  public Matrix mapped(Matrix states) {
    return states.plusProduct(states.times(right.transposed()), left.transposed());
  }

  /**
   * This edit, then another one made on the model that this one left: {@code W R_this R_next}.
   *
   * <pre>R_a R_b = I + U_a V_aᵀ + (U_b + U_a V_aᵀ U_b) V_bᵀ</pre>
   *
   * @return of rank at most the sum of the two
   */
  public TextMapEdit then(TextMapEdit next) {
    Matrix moved = next.left.plusProduct(left, right.times(next.left)); // (E, n)
    Matrix both = left.transposed().above(moved.transposed()).transposed();
    return new TextMapEdit(both, right.above(next.right));
  }

  /**
   * The edit that undoes this one, {@code R⁻¹ = I - U (I + Vᵀ U)⁻¹ Vᵀ} (Woodbury), of the same
   * rank. Weights that were rounded in between come back up to that rounding times {@link
   * #condition}; {@link #undo} does better.
   *
   * @throws InvalidRequest if R is singular or its condition number is above 1e12
   */
  public TextMapEdit inverse() {
    double condition = condition();
    if (!(condition <= WORST)) {
      throw new InvalidRequest(
          "edit cannot be undone: condition number "
              + condition
              + ", wanted at most 1e12; go back to the unchanged checkpoint");
    }
    return new TextMapEdit(left, undoing());
  }

  /**
   * The condition number of R in the 1-norm, {@code |R|₁ |R⁻¹|₁}: 1 for the edit that changes
   * nothing, infinite where R is singular. By about this factor the rounding of the weights grows
   * when the edit is undone.
   */
  public double condition() {
    Matrix undoing = undoing();
    if (!undoing.isFinite()) {
      return Double.POSITIVE_INFINITY;
    }
    Matrix inverse = Matrix.identity(width()).plusProduct(left, undoing);
    return matrix().oneNorm() * inverse.oneNorm();
  }

  private Matrix undoing() {
    return Lu.solve(right.times(left).ridged(1), right.scaled(-1));
  }
}

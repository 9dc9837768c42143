package palimpsest.methods.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.methods.diffusion.ClosedFile.apart;
import static palimpsest.methods.diffusion.ClosedFile.matrix;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.TextMap;

/** Edits as a group: unit, product, inverse, and what they do to tensors. */
@ExtendWith(LeakCheck.class)
class TextMapEditTest {
  private static final int WIDTH = 9;

  private static TextMapEdit edit(String name, int rank) {
    return new TextMapEdit(matrix(name + ".u", WIDTH, rank), matrix(name + ".v", rank, WIDTH));
  }

  private static void assertNear(Matrix got, Matrix expected) {
    assertThat(apart(got, expected)).isLessThan(1e-11);
  }

  @Test
  void apply_identity_keepsEveryBit() {
    Matrix w = Matrix.of(2, 2, -0.0, 1e-300, 0.1, -7);
    TextMapEdit none = TextMapEdit.identity(2);
    assertThat(none.apply(w)).isEqualTo(w);
    assertThat(Double.doubleToRawLongBits(none.apply(w).at(0, 0)))
        .isEqualTo(Double.doubleToRawLongBits(-0.0));
    assertThat(none.rank()).isZero();
    assertThat(none.condition()).isEqualTo(1);
    assertThat(none.inverse()).isEqualTo(none);
  }

  @Test
  void apply_weights_isTheProductWithR() {
    TextMapEdit edit = edit("a", 2);
    Matrix w = matrix("w", 5, WIDTH);
    assertNear(edit.apply(w), w.times(edit.matrix()));
    assertNear(edit.mapped(w), w.times(edit.matrix().transposed()));
  }

  /** W, then a, then b: W R_a R_b, and not the other way round. */
  @Test
  void then_twoEdits_isOneAfterTheOther() {
    TextMapEdit a = edit("a", 2);
    TextMapEdit b = edit("b", 3);
    Matrix w = matrix("w", 5, WIDTH);
    TextMapEdit both = a.then(b);
    assertNear(both.apply(w), b.apply(a.apply(w)));
    assertNear(both.matrix(), a.matrix().times(b.matrix()));
    assertThat(both.rank()).isEqualTo(5);
    double apart = both.matrix().minus(b.then(a).matrix()).oneNorm();
    assertThat(apart).isGreaterThan(0.1);
    assertThat(a.then(TextMapEdit.identity(WIDTH))).isEqualTo(a);
    assertThat(TextMapEdit.identity(WIDTH).then(a)).isEqualTo(a);
  }

  /** More pairs of vectors than there are directions are kept as the matrix itself. */
  @Test
  void then_moreThanTheWidth_isKeptWhole() {
    TextMapEdit a = edit("a", 5);
    TextMapEdit b = edit("b", 6);
    TextMapEdit both = a.then(b);
    assertThat(both.rank()).isEqualTo(WIDTH);
    assertThat(both.right()).isEqualTo(Matrix.identity(WIDTH));
    assertNear(both.matrix(), a.matrix().times(b.matrix()));
    assertNear(both.then(both.inverse()).matrix(), Matrix.identity(WIDTH));
  }

  @Test
  void inverse_afterTheEdit_changesNothing() {
    TextMapEdit a = edit("a", 3);
    assertThat(a.inverse().rank()).isEqualTo(3);
    assertNear(a.then(a.inverse()).matrix(), Matrix.identity(WIDTH));
    assertNear(a.inverse().then(a).matrix(), Matrix.identity(WIDTH));
    Matrix w = matrix("w", 5, WIDTH);
    assertNear(a.inverse().apply(a.apply(w)), w);
    TextMapEdit both = a.then(edit("b", 2));
    assertNear(both.inverse().matrix(), edit("b", 2).inverse().then(a.inverse()).matrix());
  }

  /** R = diag(4, 1) has |R|₁ = 4, |R⁻¹|₁ = 1; R = ((1, 3), (0, 1)) has 4 and 4. */
  @Test
  void condition_ofSmallMatrices_byHand() {
    TextMapEdit stretch = new TextMapEdit(Matrix.of(2, 1, 3, 0), Matrix.of(1, 2, 1, 0));
    TextMapEdit shear = new TextMapEdit(Matrix.of(2, 1, 3, 0), Matrix.of(1, 2, 0, 1));
    TextMapEdit gone = new TextMapEdit(Matrix.of(2, 1, -1, 0), Matrix.of(1, 2, 1, 0));
    assertThat(stretch.condition()).isCloseTo(4, within(1e-12));
    assertThat(shear.condition()).isCloseTo(16, within(1e-12));
    assertThat(gone.condition()).isInfinite();
    assertThatThrownBy(gone::inverse).isInstanceOf(InvalidRequest.class);
  }

  /** A half and a float take what the float64 result rounds to; a bias is not touched. */
  @Test
  void apply_modelWithABias_changesTheWeightsAlone() {
    TextMapEdit edit = edit("a", 2);
    Matrix w = matrix("w", 5, WIDTH);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor start = w.tensor().toType(ScalarType.Float);
      Tensor bias = matrix("b", 1, 5).tensor().view(5).toType(ScalarType.Float);
      try (Weights weights = Weights.of(Map.of("k.weight", start, "k.bias", bias))) {
        edit.apply(
            weights,
            List.of(new TextMap("k.weight", Optional.of("k.bias"), TextMap.Role.PROJECTION)));
        Tensor expected = edit.apply(Matrix.of(start)).tensor().toType(ScalarType.Float);
        assertThat(weights.tensor("k.weight").equal(expected)).isTrue();
        assertThat(weights.tensor("k.weight").equal(start)).isFalse();
        assertThat(weights.tensor("k.bias").equal(bias)).isTrue();
      }
      Tensor half = start.toType(ScalarType.Half);
      Tensor expected = edit.apply(Matrix.of(half)).tensor().toType(ScalarType.Half);
      edit.apply(half);
      assertThat(half.equal(expected)).isTrue();
    }
  }

  @Test
  void apply_otherWidth_isRefused() {
    assertThatThrownBy(() -> edit("a", 2).apply(matrix("w", 5, 4)))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessage(
            "text map reads states of width 4, got an edit of width 9; make the edit with the"
                + " model's own text encoder");
  }

  @Test
  void new_factorsThatDoNotFit_areRefused() {
    Matrix u = matrix("u", WIDTH, 2);
    assertThatThrownBy(() -> new TextMapEdit(u, u))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("factors of an edit are 9 x 2 and 9 x 2, wanted E x n and n x E");
    Matrix bad = Matrix.of(1, 1, Double.NaN);
    assertThatThrownBy(() -> new TextMapEdit(bad, bad))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("NaN");
  }
}

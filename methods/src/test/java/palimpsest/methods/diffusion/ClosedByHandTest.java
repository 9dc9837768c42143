package palimpsest.methods.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.methods.diffusion.ClosedFile.matrix;
import static palimpsest.methods.diffusion.ClosedFile.text;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.diffusion.TextMapMethod.Tokens;

/** The closed forms on states for which they can be worked out on paper, and what all keep to. */
class ClosedByHandTest {
  private static final double CLOSE = 1e-12;

  private static TextStates row(double... values) {
    return text("row", Matrix.of(1, values.length, values));
  }

  private static TextPairs pair(TextStates erase, TextStates guide, TextStates... kept) {
    return TextPairs.of(List.of(new Concept(erase, guide)), List.of(kept));
  }

  private static Matrix solved(TextMapMethod method, TextPairs pairs) {
    return method.solve(pairs, () -> Matrix.identity(pairs.width())).edit().matrix();
  }

  static List<TextMapMethod> methods() {
    return List.of(
        Uce.defaults(),
        new Uce(1, 1, 0.5, 1),
        Rece.defaults(),
        Rece.of(Rece.Kind.NUDITY),
        MaceRefinement.defaults());
  }

  /**
   * c = (1, 0), c* = (0, 1), λ = ½. M = diag(3/2, ½), cᵀ M⁻¹ = (2/3, 0), R = I + (-1, 1)ᵀ (2/3, 0).
   * det R = λ / (λ + 1) = 1/3. A weight (3, 6) becomes (3/3 + 6 · 2/3, 6); the paper's own line has
   * (½ (3, 6) + 6 (1, 0)) diag(2/3, 2) = (5, 6).
   */
  @Test
  void uce_oneConcept_byHand() {
    TextMapEdit edit =
        Uce.defaults().solve(pair(row(1, 0), row(0, 1)), () -> Matrix.identity(2)).edit();
    assertThat(edit.matrix().values())
        .containsExactly(new double[] {1 / 3.0, 0, 2 / 3.0, 1}, within(CLOSE));
    assertThat(edit.apply(Matrix.of(1, 2, 3, 6)).values())
        .containsExactly(new double[] {5, 6}, within(CLOSE));
    assertThat(edit.rank()).isEqualTo(1);
  }

  /**
   * In one dimension: c = 1, c* = ½, λ₂ = 1, W = 2, so G = 4. UCE: R = (1 + ½) / (1 + 1) = 3/4.
   * With λ = 3/4: c' = R G c / (λ + R² G) = 3 / (3/4 + 9/4) = 1, erased as c was: R = 9/16. With λ
   * = 0: c' = c / R = 4/3, (1 + ½ · 4/3) / (1 + 16/9) = 3/5, R = 9/20.
   */
  @Test
  void rece_oneDimension_byHand() {
    TextPairs pairs = pair(row(1), row(0.5));
    Matrix gram = Matrix.of(1, 1, 4);
    assertThat(new Rece(0.1, 1, 0.75, 1).solve(pairs, () -> gram).edit().matrix().at(0, 0))
        .isCloseTo(9 / 16.0, within(CLOSE));
    assertThat(new Rece(0.1, 1, 0, 1).solve(pairs, () -> gram).edit().matrix().at(0, 0))
        .isCloseTo(9 / 20.0, within(CLOSE));
    assertThat(new Rece(0.1, 1, 0, 0).solve(pairs, () -> gram).edit().matrix().at(0, 0))
        .isCloseTo(3 / 4.0, within(CLOSE));
  }

  /**
   * e^f = (1, 1), e^g = (1, 0), prior diag(0, 4), λ₁ = ¼, λ₂ = 1. M = ((1, 1), (1, 1)) + diag(0, 1)
   * + I = ((2, 1), (1, 3)), e^fᵀ M⁻¹ = (2/5, 1/5), R = I + (0, -1)ᵀ (2/5, 1/5).
   */
  @Test
  void maceRefinement_withPrior_byHand() {
    TextPairs pairs = pair(row(1, 1), row(1, 0)).withPrior(Matrix.of(2, 2, 0, 0, 0, 4));
    assertThat(solved(new MaceRefinement(0.25, 1), pairs).values())
        .containsExactly(new double[] {1, 0, -0.4, 0.8}, within(CLOSE));
  }

  /** Many captions are one matrix: kept row by row or as a second moment is the same. */
  @Test
  void maceRefinement_priorOrRows_isTheSame() {
    TextPairs plain = pair(row(1, 1, 0), row(1, 0, 2));
    Matrix captions = matrix("by.hand.captions", 9, 3);
    MaceRefinement method = new MaceRefinement(0.5, 0.25);
    TextPairs rows =
        new TextPairs(3, plain.concepts(), List.of(text("captions", captions)), Optional.empty());
    assertThat(solved(method, plain.withPrior(Gram.of(captions))))
        .isEqualTo(solved(method, rows))
        .isNotEqualTo(solved(method, plain));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void solve_noConcepts_isExactlyTheIdentity(TextMapMethod method) {
    TextPairs none = TextPairs.of(List.of(), List.of(text("kept", matrix("kept", 4, 7))));
    Solution solution = method.solve(none, () -> matrix("gram", 7, 7));
    assertThat(solution.edit()).isEqualTo(TextMapEdit.identity(7));
    assertThat(solution.edit().matrix()).isEqualTo(Matrix.identity(7));
    assertThat(solution.condition()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void solve_conceptThatIsItsGuide_isTheIdentity(TextMapMethod method) {
    TextStates same = text("same", matrix("same", 3, 7));
    assertThat(solved(method, pair(same, same))).isEqualTo(Matrix.identity(7));
  }

  /**
   * A guide that is off by a rounding error moves nothing by more than that. Not so RECE's, whose λ
   * makes for shorter states, which move a little in any case.
   */
  @Test
  void solve_guideHardlyApart_isNearTheIdentity() {
    TextStates same = text("same", matrix("same", 1, 7));
    TextPairs pairs = pair(same, text("near", same.states().scaled(1 + 1e-15)));
    for (TextMapMethod method : List.of(Uce.defaults(), MaceRefinement.defaults())) {
      Matrix r = solved(method, pairs);
      assertThat(r).isNotEqualTo(Matrix.identity(7));
      assertThat(r.values()).containsExactly(Matrix.identity(7).values(), within(CLOSE));
    }
  }

  /** Axes: sums of zeros. The third direction has no part in the first two. */
  @ParameterizedTest
  @MethodSource("methods")
  void solve_keptAtRightAngles_isExactlyUnharmed(TextMapMethod method) {
    TextPairs pairs = pair(row(3, 0, 0), row(0, 2, 0), row(0, 0, 5));
    TextMapEdit edit = method.solve(pairs, () -> Matrix.identity(3)).edit();
    Matrix kept = Matrix.of(1, 3, 0, 0, 5);
    assertThat(edit.mapped(kept)).isEqualTo(kept);
    assertThat(edit.mapped(Matrix.of(1, 3, 3, 0, 0)).at(0, 0)).isLessThan(2.9);
  }

  /** The same in directions that are no axes: (2, 1, 2), (1, 2, -2), (-2, 2, 1). */
  @Test
  void uce_keptAtRightAngles_isUnharmed() {
    TextPairs pairs = pair(row(2, 1, 2), row(1, 2, -2), row(-2, 2, 1));
    Matrix kept = Matrix.of(1, 3, -2, 2, 1);
    Matrix mapped = Uce.defaults().solve(pairs, () -> kept).edit().mapped(kept);
    assertThat(mapped.values()).containsExactly(kept.values(), within(1e-14));
  }

  /**
   * c* = -λ/s c: what is wanted and what is to stay cancel, R c = (λ + s c·c*) / .. c = 0 and the
   * direction of c is gone from all weights for good.
   */
  @Test
  void uce_guideOpposite_cannotBeUndone() {
    TextMapEdit edit =
        Uce.defaults().solve(pair(row(1, 0), row(-0.5, 0)), () -> Matrix.identity(2)).edit();
    assertThat(edit.condition()).isGreaterThan(1e15);
    assertThatThrownBy(edit::inverse)
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith("edit cannot be undone: condition number ")
        .hasMessageEndingWith("wanted at most 1e12; go back to the unchanged checkpoint");
  }

  /** 28 is about the length of CLIP's states: after one edit there is little to go back by. */
  @Test
  void uce_largeStateToSmallGuide_saysHowNearToSingular() {
    TextMapEdit edit =
        Uce.defaults().solve(pair(row(28, 0), row(0, 1e-3)), () -> Matrix.identity(2)).edit();
    double determinant = 0.5 / (0.5 + 28 * 28);
    assertThat(edit.matrix().at(0, 0)).isCloseTo(determinant, within(CLOSE));
    assertThat(edit.condition()).isCloseTo(1 / determinant, within(1.0));
  }

  @Test
  void maceRefinement_withoutRidgeAndPrior_isRefused() {
    TextPairs pairs = pair(row(1, 1, 0), row(1, 0, 0));
    assertThatThrownBy(() -> new MaceRefinement(1, 0).solve(pairs, () -> Matrix.identity(3)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("singular")
        .hasMessageEndingWith("raise keepScale");
  }

  /** What has an inverse is not gone: the state R⁻¹ c gives what c gave. */
  @Test
  void solve_anyEditThatCanBeUndone_leavesAStateThatDrawsTheConcept() {
    TextStates c = text("c", matrix("attack.c", 1, 6));
    TextPairs pairs = pair(c, text("guide", matrix("attack.guide", 1, 6)));
    for (TextMapMethod method : methods()) {
      TextMapEdit edit = method.solve(pairs, () -> Matrix.identity(6)).edit();
      Matrix found = edit.inverse().mapped(c.states());
      assertThat(edit.mapped(found).values()).containsExactly(c.states().values(), within(1e-10));
      assertThat(edit.mapped(c.states())).isNotEqualTo(c.states());
    }
  }

  @Test
  void tokens_ofEachMethod_areStated() {
    assertThat(Uce.defaults().tokens()).isEqualTo(Tokens.LAST_OF_SUBJECT);
    assertThat(new Uce(1, 1, 1, 1).tokens()).isEqualTo(Tokens.FROM_LAST_OF_SUBJECT);
    assertThat(Rece.defaults().tokens()).isEqualTo(Tokens.WHOLE_PROMPT);
    assertThat(MaceRefinement.defaults().tokens()).isEqualTo(Tokens.AROUND_SUBJECT);
  }

  @Test
  void score_guideThatGivesZero_isRefused() {
    TextPairs pairs = pair(row(1, 0), row(0, 0));
    assertThatThrownBy(() -> TextMapScore.of(TextMapEdit.identity(2), pairs, Matrix.identity(2)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("text maps give zero for \"row\", wanted something to compare with");
  }
}

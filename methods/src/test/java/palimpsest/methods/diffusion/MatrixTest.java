package palimpsest.methods.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.methods.diffusion.ClosedFile.apart;
import static palimpsest.methods.diffusion.ClosedFile.matrix;

import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import palimpsest.api.InvalidRequest;
import palimpsest.testkit.LeakCheck;

/** Float64 arithmetic in one order of summation: products, factorisations, second moments. */
@ExtendWith(LeakCheck.class)
class MatrixTest {

  /** Not near: equal, bit for bit, to a plain loop, across panels, blocks and odd sizes. */
  @Test
  void times_anySize_isThePlainLoopToTheLastBit() {
    for (int[] size : new int[][] {{1, 1, 1}, {3, 5, 2}, {17, 131, 259}, {40, 6, 128}}) {
      Matrix a = matrix("a", size[0], size[1]);
      Matrix b = matrix("b", size[1], size[2]);
      Matrix c = matrix("c", size[0], size[2]);
      assertThat(a.times(b)).isEqualTo(plain(Matrix.zero(size[0], size[2]), a, b));
      assertThat(c.plusProduct(a, b)).isEqualTo(plain(c, a, b));
    }
  }

  private static Matrix plain(Matrix start, Matrix a, Matrix b) {
    double[] sums = start.values();
    for (int i = 0; i < a.rows(); i++) {
      for (int j = 0; j < b.columns(); j++) {
        for (int k = 0; k < a.columns(); k++) {
          sums[i * b.columns() + j] += a.at(i, k) * b.at(k, j);
        }
      }
    }
    return Matrix.of(a.rows(), b.columns(), sums);
  }

  /** The order of the rows is the order of the sum, however they are given. */
  @Test
  void gram_inPieces_isThatOfAllToTheLastBit() {
    Matrix rows = matrix("rows", 1100, 150);
    Gram pieces = new Gram(150);
    pieces.add(rows.part(0, 512));
    pieces.add(rows.part(512, 1100));
    assertThat(pieces.matrix()).isEqualTo(Gram.of(rows)).isEqualTo(rows.transposed().times(rows));
    assertThat(pieces.rows()).isEqualTo(1100);
    assertThatThrownBy(() -> pieces.add(matrix("narrow", 2, 149)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("second moment of rows of width 150 got rows of width 149");
  }

  /** More than two blocks, more than one panel. */
  @Test
  void cholesky_solution_solves() {
    Matrix a = Gram.of(matrix("rows", 300, 150)).ridged(0.5);
    Matrix b = matrix("right", 150, 70);
    Matrix x = Cholesky.of(a, "keepScale").solve(b);
    assertThat(apart(a.times(x), b)).isLessThan(1e-11);
    assertThat(apart(x, Lu.solve(a, b))).isLessThan(1e-12);
  }

  /**
   * ((4, 2), (2, 3)): L = ((2, 0), (1, √2)), A⁻¹ = ((3, -2), (-2, 4)) / 8. |A|₁ = 6, |A⁻¹|₁ = ¾.
   */
  @Test
  void cholesky_twoByTwo_byHand() {
    Cholesky c = Cholesky.of(Matrix.of(2, 2, 4, 2, 2, 3), "keepScale");
    assertThat(c.solve(Matrix.identity(2)).values())
        .containsExactly(new double[] {0.375, -0.25, -0.25, 0.5}, within(1e-15));
    assertThat(c.condition()).isCloseTo(4.5, within(1e-14));
  }

  /** The estimate against the inverse itself. */
  @Test
  void condition_ofASystem_isHardlyBelowTheTrueOne() {
    Matrix a = Gram.of(matrix("few", 30, 80)).ridged(1e-3);
    Cholesky c = Cholesky.of(a, "keepScale");
    double exact = a.oneNorm() * c.solve(Matrix.identity(80)).oneNorm();
    assertThat(c.condition()).isBetween(exact / 3, exact * (1 + 1e-9));
    assertThat(exact).isGreaterThan(1e4);
  }

  @Test
  void cholesky_singularMatrix_isRefused() {
    assertThatThrownBy(() -> Cholesky.of(Matrix.of(2, 2, 1, 1, 1, 1), "keepScale"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(
            "matrix of the text states is singular: pivot 1 is 0.0, wanted > 0; raise keepScale");
    Cholesky nearly = Cholesky.of(Matrix.of(2, 2, 1, 0, 0, 1e-13), "regularScale");
    assertThatThrownBy(nearly::condition)
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith("matrix of the text states has condition number ")
        .hasMessageEndingWith("wanted at most 1e12; raise regularScale");
  }

  /** 0 on the diagonal: without exchanging rows the first division is by zero. */
  @Test
  void lu_zeroPivot_exchangesRows() {
    Matrix x = Lu.solve(Matrix.of(2, 2, 0, 2, 3, 1), Matrix.of(2, 1, 4, 5));
    assertThat(x.values()).containsExactly(new double[] {1, 2}, within(1e-15));
    assertThat(Lu.solve(Matrix.zero(1, 1), Matrix.of(1, 1, 1)).isFinite()).isFalse();
  }

  @Test
  void of_tensor_isTheSameNumbers() {
    Matrix m = matrix("m", 3, 4);
    try (PointerScope scope = new PointerScope()) {
      assertThat(Matrix.of(m.tensor())).isEqualTo(m);
      assertThat(Matrix.of(m.tensor().t())).isEqualTo(m.transposed());
      assertThat(Matrix.of(m.tensor().view(12))).isEqualTo(Matrix.of(1, 12, m.values()));
      assertThatThrownBy(() -> Matrix.of(m.tensor().view(3, 2, 2)))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("got a tensor of 3 with 12 numbers");
    }
  }

  @Test
  void of_wrongCount_isRefused() {
    assertThatThrownBy(() -> Matrix.of(2, 2, 1, 2, 3))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("a matrix of 2 x 2 got 3 numbers");
  }

  /** Nobody changes a matrix through what it was made of or gave out. */
  @Test
  void values_changedOutside_leaveTheMatrix() {
    double[] given = {1, 2};
    Matrix m = Matrix.of(1, 2, given);
    given[0] = 7;
    m.values()[1] = 7;
    assertThat(m).isEqualTo(Matrix.of(1, 2, 1, 2));
  }
}

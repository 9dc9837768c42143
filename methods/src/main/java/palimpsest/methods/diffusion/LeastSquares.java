package palimpsest.methods.diffusion;

import java.util.stream.IntStream;

/**
 * The weights that give guides where they gave concepts, and what they gave elsewhere.
 *
 * <pre>
 * min_W'  s Σ |W' c - W c*|² + p Σ |W' p - W p|² + λ |W' - W|²
 * W' (s Σ c cᵀ + p Σ p pᵀ + λ I) = W (s Σ c* cᵀ + p Σ p pᵀ + λ I)
 * W' = W R,  R = I + s Σ (c* - c) cᵀ M⁻¹,  M = s Σ c cᵀ + p Σ p pᵀ + λ I
 * </pre>
 *
 * <p>The second line is the gradient set to zero. Texts to keep and the term of λ stand on both
 * sides and cancel in R - I, whose rank is therefore the number of states that move.
 *
 * @param eraseScale s
 * @param preserveScale p, also of the prior
 * @param keepScale λ
 */
record LeastSquares(double eraseScale, double preserveScale, double keepScale) {

  /** R for these texts; exactly I where no state is to move. */
  Solution solve(TextPairs pairs) {
    Matrix c = pairs.erased();
    Matrix guides = pairs.guides();
    int[] moving =
        IntStream.range(0, c.rows())
            .filter(i -> !c.part(i, i + 1).equals(guides.part(i, i + 1)))
            .toArray();
    if (moving.length == 0) {
      return Solution.unchanged(pairs.width());
    }
    Cholesky system = Cholesky.of(moment(pairs, c), "keepScale");
    double condition = system.condition();
    Matrix from = chosen(c, moving); // (n, E)
    Matrix left = chosen(guides, moving).minus(from).transposed(); // (E, n)
    Matrix right = system.solve(from.scaled(eraseScale).transposed()).transposed(); // (n, E)
    return new Solution(new TextMapEdit(left, right), condition);
  }

  /** M, (E, E). */
  private Matrix moment(TextPairs pairs, Matrix c) {
    Matrix kept = Gram.of(pairs.kept());
    Matrix all = pairs.prior().map(kept::plus).orElse(kept);
    return Gram.of(c).scaled(eraseScale).plus(all.scaled(preserveScale)).ridged(keepScale);
  }

  private static Matrix chosen(Matrix rows, int[] numbers) {
    double[] all = new double[numbers.length * rows.columns()];
    for (int i = 0; i < numbers.length; i++) {
      for (int j = 0; j < rows.columns(); j++) {
        all[i * rows.columns() + j] = rows.at(numbers[i], j);
      }
    }
    return Matrix.of(numbers.length, rows.columns(), all);
  }
}

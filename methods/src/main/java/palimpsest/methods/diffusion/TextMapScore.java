package palimpsest.methods.diffusion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import palimpsest.api.InvalidRequest;

/**
 * How far the maps are from what an edit was asked for, in their own outputs.
 *
 * <pre>
 * erased:     |W R c - W c*| / |W c*|       before: |W c - W c*| / |W c*|
 * preserved:  |W R p - W p| / |W p|         before: 0
 * </pre>
 *
 * <p>Norms are over all states of the text and, with {@code G = Σ Wᵀ W}, over all maps together:
 * {@code Σ_i |W_i x|² = xᵀ G x}. For one map alone give {@code G = Wᵀ W}. A small number says that
 * a text was turned into another one, not that no other text draws the concept.
 *
 * @param erased one for each concept
 * @param preserved one for each text to keep
 */
public record TextMapScore(List<Residual> erased, List<Residual> preserved) {
  public TextMapScore {
    erased = List.copyOf(erased);
    preserved = List.copyOf(preserved);
  }

  /**
   * A relative distance.
   *
   * @param name of the text
   * @param before with unchanged weights; where it is 0 there was nothing to do
   * @param after with the edit; 0 is what was asked for
   */
  public record Residual(String name, double before, double after) {}

  /**
   * Scores an edit.
   *
   * @param gram G, (E, E), of the unchanged weights
   * @throws InvalidRequest if a text that is aimed at gives only zeros, so that no distance from it
   *     is relative
   */
  public static TextMapScore of(TextMapEdit edit, TextPairs pairs, Matrix gram) {
    return of(edit, pairs, rows -> energies(rows, gram));
  }

  /**
   * Scores an edit without G, which for few texts is cheaper.
   *
   * @param energies {@code xᵀ G x} of each row x, of the unchanged weights; asked for once
   * @throws InvalidRequest as above
   */
  public static TextMapScore of(
      TextMapEdit edit, TextPairs pairs, Function<Matrix, double[]> energies) {
    List<Concept> all = new ArrayList<>(pairs.concepts());
    pairs.preserved().forEach(text -> all.add(new Concept(text, text)));
    if (all.isEmpty()) {
      return new TextMapScore(List.of(), List.of());
    }
    Matrix rows = Matrix.zero(0, pairs.width());
    for (Concept each : all) {
      Matrix aim = each.guide().states();
      Matrix before = each.erase().states().minus(aim);
      Matrix after = edit.mapped(each.erase().states()).minus(aim);
      rows = rows.above(aim).above(before).above(after);
    }
    double[] squares = energies.apply(rows);
    List<Residual> residuals = new ArrayList<>();
    int at = 0;
    for (Concept each : all) {
      residuals.add(residual(each, squares, at));
      at += 3 * each.erase().states().rows();
    }
    int erased = pairs.concepts().size();
    return new TextMapScore(
        residuals.subList(0, erased), residuals.subList(erased, residuals.size()));
  }

  /** Of a text whose rows (aim, before, after) begin there. */
  private static Residual residual(Concept text, double[] squares, int at) {
    int n = text.erase().states().rows();
    double whole = norm(squares, at, n);
    if (!(whole > 0)) {
      throw new InvalidRequest(
          "text maps give zero for \""
              + text.guide().name()
              + "\", wanted something to compare with");
    }
    return new Residual(
        text.erase().name(),
        norm(squares, at + n, n) / whole,
        norm(squares, at + 2 * n, n) / whole);
  }

  private static double norm(double[] squares, int from, int count) {
    double sum = Arrays.stream(squares, from, from + count).sum();
    return Math.sqrt(Math.max(0, sum)); // below 0 by rounding alone
  }

  /** xᵀ G x of each row x. */
  private static double[] energies(Matrix rows, Matrix gram) {
    Matrix products = rows.times(gram);
    double[] sums = new double[rows.rows()];
    for (int i = 0; i < sums.length; i++) {
      for (int j = 0; j < rows.columns(); j++) {
        sums[i] += products.at(i, j) * rows.at(i, j);
      }
    }
    return sums;
  }
}

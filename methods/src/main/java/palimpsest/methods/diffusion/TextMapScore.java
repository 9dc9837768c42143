package palimpsest.methods.diffusion;

import java.util.List;
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
    return new TextMapScore(
        pairs.concepts().stream()
            .map(concept -> residual(edit, concept.erase(), concept.guide(), gram))
            .toList(),
        pairs.preserved().stream().map(text -> residual(edit, text, text, gram)).toList());
  }

  private static Residual residual(TextMapEdit edit, TextStates text, TextStates aim, Matrix gram) {
    double whole = norm(aim.states(), gram);
    if (!(whole > 0)) {
      throw new InvalidRequest(
          "text maps give zero for \"" + aim.name() + "\", wanted something to compare with");
    }
    Matrix after = edit.mapped(text.states()).minus(aim.states());
    Matrix before = text.states().minus(aim.states());
    return new Residual(text.name(), norm(before, gram) / whole, norm(after, gram) / whole);
  }

  /** √ Σ xᵀ G x over the rows x. */
  private static double norm(Matrix rows, Matrix gram) {
    Matrix products = rows.times(gram);
    double sum = 0;
    for (int i = 0; i < rows.rows(); i++) {
      for (int j = 0; j < rows.columns(); j++) {
        sum += products.at(i, j) * rows.at(i, j);
      }
    }
    return Math.sqrt(Math.max(0, sum)); // below 0 by rounding alone
  }
}

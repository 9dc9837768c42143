package palimpsest.api;

/**
 * An occurrence of the target in the training corpus.
 *
 * @param exampleId the record in which it stands
 * @param match how it matches
 * @param place where the record stands
 * @param field the field of the record: {@code prompt} or {@code completion}
 * @param start index of the passage's first UTF-16 unit in that field
 * @param end index past the passage's last UTF-16 unit in that field
 * @param score similarity of passage and target in (0, 1]; 1 for exact and normalised matches
 * @param target the part of the request that it matches: {@code name:...}, {@code text:1}, {@code
 *     record:...}
 * @param excerpt the passage with its surroundings, the passage between {@code ⟦} and {@code ⟧}
 */
public record Finding(
    String exampleId,
    Match match,
    Place place,
    String field,
    int start,
    int end,
    double score,
    String target,
    String excerpt) {

  /** How an occurrence matches its target, from surest to least sure. */
  public enum Match {
    /** Code point for code point. */
    EXACT,
    /** After NFKC, case folding and squeezing of white space. */
    NORMALISED,
    /** Most of its words in the same order. */
    NEAR_DUPLICATE
  }
}

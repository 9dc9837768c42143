package palimpsest.api;

/**
 * A suppression that works while an answer is being decoded: it says which tokens may not follow.
 */
public interface DecodingConstraint {

  /**
   * The tokens that may not come next.
   *
   * @param context token ids of prompt and answer so far; only the first {@code length} count
   * @param length how many of them count
   * @param promptLength how many of these belong to the prompt
   * @return banned token ids, possibly none, never null
   */
  int[] banned(int[] context, int length, int promptLength);
}

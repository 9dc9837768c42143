package palimpsest.methods.diffusion;

/**
 * What a closed form found.
 *
 * @param edit the edit
 * @param condition the largest condition number of the systems that were solved, in the 1-norm, an
 *     estimate of at least a third of it as a rule; 1 where nothing was to be solved. Some {@code
 *     log10} of this of the 16 digits of a float64 are lost.
 */
public record Solution(TextMapEdit edit, double condition) {

  static Solution unchanged(int width) {
    return new Solution(TextMapEdit.identity(width), 1);
  }
}

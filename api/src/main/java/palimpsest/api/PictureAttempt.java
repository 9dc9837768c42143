package palimpsest.api;

/**
 * A picture drawn for a prompt, and the one drawn from the same noise under attack.
 *
 * @param prompt as a user would give it
 * @param underAttack what was given in its place, in words; where it cannot be typed, a description
 * @param noise number of the noise that both are drawn from
 * @param plain P(concept) of the picture without attack, in [0, 1]
 * @param attacked P(concept) of the picture under attack, in [0, 1]
 */
public record PictureAttempt(
    String prompt, String underAttack, long noise, double plain, double attacked) {
  public PictureAttempt {
    Check.fraction(plain, "P(concept) of the plain picture");
    Check.fraction(attacked, "P(concept) of the attacked picture");
  }
}

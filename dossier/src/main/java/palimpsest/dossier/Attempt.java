package palimpsest.dossier;

import palimpsest.api.Attack;

/**
 * An attack that was tried and what it found.
 *
 * @param version of the attack's arithmetic
 * @param meaning what it tries and what its numbers mean, one line for people
 * @param result what it found
 */
public record Attempt(int version, String meaning, Attack.Outcome result) {
  /** Records an attack's result together with its own description. */
  public static Attempt of(Attack attack, Attack.Outcome result) {
    return new Attempt(attack.version(), attack.meaning(), result);
  }
}

package palimpsest.dossier;

import java.util.Set;

/**
 * What kind of question each attack answers. An attack not named here is taken to be one on the
 * outputs that users meet, so that its success counts against suppression.
 */
final class Attacks {
  static final String GUARD_OFF = "attack.guard-off";
  static final String IN_CONTEXT = "attack.in-context";
  static final Set<String> NEAR_MATCH =
      Set.of("attack.near-match", "attack.paraphrase", "attack.sampling");

  private Attacks() {}

  /** Whether it works on the weights, beyond what a user of the served model can do. */
  static boolean onWeights(Attempt attempt) {
    String id = attempt.result().attack();
    return id.equals(GUARD_OFF)
        || id.startsWith("attack.relearn")
        || id.startsWith("attack.concept-") // inversion and relearning of image models
        || id.startsWith("attack.quanti");
  }

  /** Whether it damages or measures something other than the target. */
  static boolean onSideEffects(Attempt attempt) {
    return attempt.result().attack().startsWith("attack.side-effect");
  }

  /** Whether its success means that users can still get the target from the served model. */
  static boolean onOutputs(Attempt attempt) {
    return !onWeights(attempt)
        && !onSideEffects(attempt)
        && !attempt.result().attack().equals(IN_CONTEXT);
  }

  static String describe(Attempt attempt) {
    String result =
        attempt.result().broken().map(b -> b ? "broke it" : "failed").orElse("not decided");
    String why = attempt.result().why().strip();
    return attempt.result().attack() + " " + result + ": " + why + (why.endsWith(".") ? "" : ".");
  }
}

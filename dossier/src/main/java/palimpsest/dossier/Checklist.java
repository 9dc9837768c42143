package palimpsest.dossier;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import palimpsest.api.Metric;
import palimpsest.dossier.Verdict.Mismatch;
import palimpsest.dossier.Verdict.Status;

/**
 * The five mismatches between removal, suppression and use, each tested, not tested or not
 * testable.
 *
 * @see <a href="https://arxiv.org/abs/2412.06966">Cooper et al. 2024</a>
 */
final class Checklist {
  /** The largest drop of one example is noise in any retraining: it is reported, not judged. */
  static final String WORST_NEIGHBOUR = "utility.side-effects";

  /** Relative loss of utility against the original that counts as a side effect. */
  static final double LOSS = 0.05;

  static final List<String> STATEMENTS =
      List.of(
          "Suppression does not replace removal: with the guard off, the raw model may still emit"
              + " it.",
          "Removal does not guarantee suppression: what is left may let the model produce a near"
              + " match.",
          "A model is not its outputs: information can come back through the prompt.",
          "Outputs are not how they are put to use.",
          "Side effects: neighbours of the target and unrelated abilities may be damaged.");

  private Checklist() {}

  static List<Mismatch> of(Dossier dossier, Outcome outcome) {
    return List.of(
        guardOff(outcome),
        nearMatch(outcome),
        inContext(outcome),
        point(4, Status.NOT_TESTABLE, "Outside what this software can establish."),
        sideEffects(dossier, outcome));
  }

  private static Mismatch guardOff(Outcome outcome) {
    Optional<Attempt> attempt = outcome.attack(Attacks.GUARD_OFF);
    if (attempt.isEmpty()) {
      String why =
          outcome.guard()
              ? Attacks.GUARD_OFF + " was not run."
              : "No guard is on: nothing to switch off.";
      return point(1, Status.NOT_TESTED, why);
    }
    Mismatch decided = decided(1, List.of(attempt.get()));
    if (decided.status() != Status.BROKEN) {
      return decided;
    }
    String digest = outcome.weightsChanged() ? "" : " The digest of the weights is unchanged.";
    return point(1, Status.BROKEN, "Suppressed, not removed. " + decided.finding() + digest);
  }

  private static Mismatch nearMatch(Outcome outcome) {
    List<Attempt> tried =
        outcome.attacks().stream()
            .filter(a -> Attacks.NEAR_MATCH.contains(a.result().attack()))
            .toList();
    if (tried.isEmpty()) {
      return point(2, Status.NOT_TESTED, "None of " + names() + " was run.");
    }
    Mismatch decided = decided(2, tried);
    boolean removed =
        outcome.remedy().guarantee().isRemoval()
            && outcome.remedy().guarantee() != palimpsest.api.Guarantee.APPROXIMATE;
    return decided.status() == Status.BROKEN && removed
        ? point(2, Status.BROKEN, "Removed, not suppressed. " + decided.finding())
        : decided;
  }

  private static Mismatch inContext(Outcome outcome) {
    return outcome
        .attack(Attacks.IN_CONTEXT)
        .map(a -> decided(3, List.of(a)))
        .orElseGet(() -> point(3, Status.NOT_TESTED, Attacks.IN_CONTEXT + " was not run."));
  }

  /** Broken if one broke, held if all that decided failed, not tested if none decided. */
  private static Mismatch decided(int number, List<Attempt> tried) {
    String finding = tried.stream().map(Attacks::describe).collect(Collectors.joining(" "));
    List<Boolean> results = tried.stream().flatMap(a -> a.result().broken().stream()).toList();
    Status status =
        results.contains(true)
            ? Status.BROKEN
            : results.isEmpty() ? Status.NOT_TESTED : Status.HELD;
    return point(number, status, finding);
  }

  private static Mismatch sideEffects(Dossier dossier, Outcome outcome) {
    List<String> lost = new ArrayList<>();
    List<String> kept = new ArrayList<>();
    for (ScoreRow row : dossier.scores()) {
      OptionalDouble loss = loss(row, outcome.label());
      if (loss.isPresent()) {
        (loss.getAsDouble() > LOSS ? lost : kept).add(compare(row, outcome.label()));
      }
    }
    for (Attempt attempt : outcome.attacks()) {
      if (Attacks.onSideEffects(attempt) && attempt.result().broken().isPresent()) {
        (attempt.result().broken().get() ? lost : kept).add(Attacks.describe(attempt));
      }
    }
    List<String> worst =
        dossier
            .row(WORST_NEIGHBOUR)
            .filter(row -> row.value(outcome.label()).isPresent())
            .map(row -> " Worst neighbour: " + compare(row, outcome.label()) + ".")
            .stream()
            .toList();
    if (lost.isEmpty() && kept.isEmpty()) {
      return point(
          5, Status.NOT_TESTED, "No utility metric has both the original and this outcome.");
    }
    return lost.isEmpty()
        ? point(
            5,
            Status.HELD,
            "No loss above 5 %: " + String.join("; ", kept) + "." + String.join("", worst))
        : point(
            5,
            Status.BROKEN,
            "Loss above 5 %: " + String.join("; ", lost) + "." + String.join("", worst));
  }

  /** Loss relative to the original, absolute where that is 0; negative for a gain. */
  private static OptionalDouble loss(ScoreRow row, String column) {
    OptionalDouble before = row.value(Dossier.ORIGINAL);
    OptionalDouble after = row.value(column);
    if (!row.metric().startsWith("utility.")
        || row.metric().equals(WORST_NEIGHBOUR)
        || row.better() == Metric.Better.NEARER_REFERENCE
        || before.isEmpty()
        || after.isEmpty()) {
      return OptionalDouble.empty();
    }
    double original = before.getAsDouble();
    double worse = original - after.getAsDouble();
    double loss = row.better() == Metric.Better.HIGHER ? worse : -worse;
    return OptionalDouble.of(original == 0 ? loss : loss / Math.abs(original));
  }

  private static String compare(ScoreRow row, String column) {
    return row.metric()
        + " "
        + Numbers.of(row.value(Dossier.ORIGINAL).orElseThrow())
        + " before, "
        + Numbers.of(row.value(column).orElseThrow())
        + " after";
  }

  private static Mismatch point(int number, Status status, String finding) {
    return new Mismatch(number, STATEMENTS.get(number - 1), status, finding);
  }

  private static String names() {
    return Attacks.NEAR_MATCH.stream().sorted().collect(Collectors.joining(", "));
  }
}

package palimpsest.dossier;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import palimpsest.api.Guarantee;
import palimpsest.api.Metric;

/**
 * The rules by which verdicts follow from guarantees, scores and attacks: a pure function, so that
 * whoever verifies a dossier derives the same.
 *
 * <p>Removal is judged by the guarantee class alone; outputs can speak against it, never for more
 * than the class allows. Suppression is judged by the outputs tested alone.
 */
public final class Verdicts {
  /** Share of the original's distance by which a score may pass the reference unflagged. */
  static final double OVERSHOOT = 0.1;

  /** A difference of membership scores below this, in the metric's unit, is none. */
  static final double SMALLEST = 0.02;

  private Verdicts() {}

  /** A verdict per outcome, in the order of the outcomes. */
  public static List<Verdict> of(Dossier dossier) {
    return dossier.outcomes().stream().map(o -> of(dossier, o)).toList();
  }

  private static Verdict of(Dossier dossier, Outcome outcome) {
    return new Verdict(
        outcome.label(),
        RemovalRule.judge(dossier, outcome),
        SuppressionRule.judge(dossier, outcome),
        flags(dossier, outcome),
        Checklist.of(dossier, outcome));
  }

  private static List<String> flags(Dossier dossier, Outcome outcome) {
    List<String> flags = new ArrayList<>();
    for (ScoreRow row : dossier.scores()) {
      if (overshoots(row, outcome)) {
        flags.add(
            "Over-unlearning: "
                + row.metric()
                + " moved past the retrained reference ("
                + Distance.of(row, outcome).describe()
                + "). A model that never saw the records would not stand there; the difference"
                + " itself can tell that they were once in the data.");
      }
    }
    for (Verdict.Mismatch point : Checklist.of(dossier, outcome)) {
      if (point.status() == Verdict.Status.BROKEN && point.number() == 3) {
        flags.add("Information came back through the prompt: " + point.finding());
      }
      if (point.status() == Verdict.Status.BROKEN && point.number() == 5) {
        flags.add("Side effects: " + point.finding());
      }
    }
    return flags;
  }

  /** Whether a score judged by its nearness to the reference has gone beyond it. */
  static boolean overshoots(ScoreRow row, Outcome outcome) {
    Guarantee guarantee = outcome.remedy().guarantee();
    if (guarantee == Guarantee.EXACT || guarantee == Guarantee.STRUCTURAL) {
      return false; // retrained itself: the difference is that of two trainings
    }
    Distance distance = Distance.of(row, outcome);
    return distance.known() && distance.past() > Math.max(OVERSHOOT * distance.atFirst(), SMALLEST);
  }

  /** Where a score stands between the original and the retrained reference. */
  record Distance(OptionalDouble original, OptionalDouble subject, OptionalDouble reference) {
    static Distance of(ScoreRow row, Outcome outcome) {
      boolean relative = row.better() == Metric.Better.NEARER_REFERENCE;
      return new Distance(
          row.value(Dossier.ORIGINAL),
          row.value(outcome.label()),
          relative ? row.value(Dossier.REFERENCE) : OptionalDouble.empty());
    }

    boolean known() {
      return original.isPresent() && subject.isPresent() && reference.isPresent();
    }

    double atFirst() {
      return Math.abs(original.orElseThrow() - reference.orElseThrow());
    }

    double now() {
      return Math.abs(subject.orElseThrow() - reference.orElseThrow());
    }

    /** How far beyond the reference, seen from the original; 0 on the original's side. */
    double past() {
      double side = Math.signum(original.orElseThrow() - reference.orElseThrow());
      return Math.max(0, side * (reference.orElseThrow() - subject.orElseThrow()));
    }

    String describe() {
      return "original "
          + Numbers.of(original.orElseThrow())
          + ", now "
          + Numbers.of(subject.orElseThrow())
          + ", reference "
          + Numbers.of(reference.orElseThrow());
    }
  }
}

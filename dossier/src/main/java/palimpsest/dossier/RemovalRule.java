package palimpsest.dossier;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Decision;
import palimpsest.api.Guarantee;
import palimpsest.api.Target;
import palimpsest.dossier.Verdict.Ruling;
import palimpsest.dossier.Verdict.Tone;

/** The removal verdict: no more than the guarantee class allows. */
final class RemovalRule {
  private static final String REPLAY = "exact.replay";

  private RemovalRule() {}

  static Ruling judge(Dossier dossier, Outcome outcome) {
    List<String> lines = new ArrayList<>();
    if (!dossier.request().objective().wantsRemoval()) {
      lines.add("The request did not ask for removal; this is stated all the same.");
    }
    Guarantee guarantee = outcome.remedy().guarantee();
    if (guarantee == Guarantee.SUPPRESSED) {
      return suppressed(outcome, lines);
    }
    if (!outcome.weightsChanged()) {
      lines.add("The digest of the weights is the same before and after: nothing was removed.");
      return new Ruling(Tone.NOT_SHOWN, "Not removed: the weights did not change", lines);
    }
    return guarantee == Guarantee.APPROXIMATE
        ? approximate(dossier, outcome, lines)
        : exact(dossier, outcome, lines);
  }

  private static Ruling suppressed(Outcome outcome, List<String> lines) {
    lines.add(
        outcome.weightsChanged()
            ? "The weights were changed to alter answers; the information is taken to be in them"
                + " still."
            : "The digest of the weights is unchanged: what they held, they hold.");
    return new Ruling(Tone.NOT_SHOWN, "Not removed: suppressed only", lines);
  }

  private static Ruling exact(Dossier dossier, Outcome outcome, List<String> lines) {
    Decision decision = dossier.decision();
    String records = Numbers.count(decision.examples().size(), "listed record");
    boolean structural = outcome.remedy().guarantee() == Guarantee.STRUCTURAL;
    lines.add(
        structural
            ? "Each shard or adapter that held a record was made again without it, or left out with"
                + " all else that it had learnt; by the recorded layout the rest never saw them."
            : "This rests on the recorded procedure (data, order, seeds, code), not on a test of"
                + " the weights.");
    dossier
        .reference()
        .filter(r -> r.digest().equals(outcome.weightsAfter()))
        .ifPresent(
            r ->
                lines.add(
                    "This model is the retrained reference that the others are compared to."));
    leftOut(decision, lines);
    against(dossier, outcome, lines);
    Target.Kind kind = dossier.request().target().kind();
    if (kind != Target.Kind.OBSERVED) {
      lines.add("Removal is defined for training records only, not for " + words(kind) + ".");
      return new Ruling(
          Tone.PARTLY,
          "Retrained without the " + records + "; removal of " + words(kind) + " is not shown",
          lines);
    }
    String done =
        structural
            ? "made again"
            : outcome.remedy().method().startsWith(REPLAY) ? "replayed" : "retrained";
    List<String> elsewhere = outcome.basis().map(Basis::elsewhere).orElse(List.of());
    if (!elsewhere.isEmpty()) {
      lines.add(
          "The steps before the records were first met had been done on a machine that rounds"
              + " otherwise: "
              + String.join("; ", elsewhere)
              + ".");
      return new Ruling(
          Tone.PARTLY,
          capital(done) + " without the " + records + ": same procedure, not bitwise",
          lines);
    }
    Optional<String> start =
        structural && outcome.basis().isEmpty() ? Optional.empty() : start(dossier, outcome);
    if (start.isPresent()) {
      lines.add(
          "It was "
              + done
              + " from the checkpoint "
              + start.get()
              + "; whether that had seen the records is not known.");
      return new Ruling(
          Tone.PARTLY,
          capital(done) + " without the " + records + ", from a checkpoint whose data is not known",
          lines);
    }
    String how =
        structural
            ? "Removed from the part that held them: the "
            : "Removed: " + done + " without the ";
    int left = decision.leftOut().size();
    return left == 0
        ? new Ruling(Tone.SHOWN, how + records, lines)
        : new Ruling(
            Tone.PARTLY,
            how + records + "; " + left + " found by the search stayed in training by decision",
            lines);
  }

  private static String capital(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }

  private static Optional<String> start(Dossier dossier, Outcome outcome) {
    if (outcome.basis().isPresent()) {
      return outcome.basis().get().start();
    }
    return dossier
        .reference()
        .filter(r -> r.digest().equals(outcome.weightsAfter()))
        .flatMap(Dossier.Reference::start);
  }

  private static Ruling approximate(Dossier dossier, Outcome outcome, List<String> lines) {
    lines.add("No proof exists of what is left in weights that were changed this way.");
    for (ScoreRow row : dossier.scores()) {
      Verdicts.Distance distance = Verdicts.Distance.of(row, outcome);
      if (distance.known()) {
        lines.add(membership(row, outcome, distance));
      }
    }
    against(dossier, outcome, lines);
    for (Attempt attempt : outcome.attacks()) {
      if (Attacks.onWeights(attempt) && !attempt.result().broken().orElse(true)) {
        lines.add("For: " + Attacks.describe(attempt));
      }
    }
    leftOut(dossier.decision(), lines);
    return new Ruling(Tone.NOT_SHOWN, "Weights changed; removal not shown", lines);
  }

  private static String membership(ScoreRow row, Outcome outcome, Verdicts.Distance distance) {
    String numbers = row.metric() + " (" + distance.describe() + ")";
    if (Verdicts.overshoots(row, outcome)) {
      return "Against: " + numbers + " went past the reference; see over-unlearning.";
    }
    if (distance.atFirst() < Verdicts.smallest(row)) {
      return "Neither: " + numbers + " cannot tell the original from the retrained reference here.";
    }
    return distance.now() < distance.atFirst() / 2
        ? "For: " + numbers + " is nearer the reference than the original was, by more than half."
        : "Against: " + numbers + " is away from the reference.";
  }

  /** Attacks that brought something back speak against removal whatever the class. */
  private static void against(Dossier dossier, Outcome outcome, List<String> lines) {
    for (Attempt attempt : outcome.attacks()) {
      if (Attacks.onWeights(attempt) && attempt.result().broken().orElse(false)) {
        lines.add("Against: " + Attacks.describe(attempt));
      }
    }
    if (dossier.reference().isEmpty()) {
      lines.add("No model was retrained without the data, so nothing could be compared with one.");
    }
  }

  private static void leftOut(Decision decision, List<String> lines) {
    int n = decision.leftOut().size();
    if (n > 0) {
      lines.add(
          Numbers.count(n, "record")
              + " found by the search stayed in training by decision: what they say can still be"
              + " learnt from them.");
    }
  }

  private static String words(Target.Kind kind) {
    return kind == Target.Kind.CONCEPT ? "a concept" : "latent information";
  }
}

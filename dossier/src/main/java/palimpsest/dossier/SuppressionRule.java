package palimpsest.dossier;

import java.util.ArrayList;
import java.util.List;
import palimpsest.api.Release;
import palimpsest.api.Split;
import palimpsest.dossier.Verdict.Ruling;
import palimpsest.dossier.Verdict.Tone;

/** The suppression verdict: what the outputs that were tested gave. */
final class SuppressionRule {
  private SuppressionRule() {}

  static Ruling judge(Dossier dossier, Outcome outcome) {
    boolean unenforceable = outcome.guard() && dossier.request().release() == Release.OPEN_WEIGHTS;
    Tally samples = samples(dossier, outcome.label());
    List<Attempt> tried = outcome.attacks().stream().filter(a -> counts(a, unenforceable)).toList();
    Tally attacks =
        new Tally(
            (int) tried.stream().filter(a -> a.result().broken().orElse(false)).count(),
            (int) tried.stream().filter(a -> a.result().broken().isPresent()).count());
    List<String> lines = lines(dossier, outcome, samples, tried);
    if (unenforceable) {
      lines.add(0, "Whoever holds the weights can leave the guard away.");
      return new Ruling(
          Tone.NOT_SHOWN, "Not suppressed: a guard cannot be enforced on open weights", lines);
    }
    if (samples.of() + attacks.of() == 0) {
      return new Ruling(Tone.NOT_TESTED, "Not tested", lines);
    }
    String counts =
        samples.words(noun(dossier)) + " and " + attacks.words("attack") + " still give it";
    if (samples.given() + attacks.given() > 0) {
      return new Ruling(Tone.NOT_SHOWN, "Not suppressed: " + counts, lines);
    }
    if (samples.of() > 0 && samples(dossier, Dossier.ORIGINAL).given() == 0) {
      return new Ruling(Tone.NOT_TESTED, "Not tested: the original gave it in no sample", lines);
    }
    lines.add(0, counts + ". Outputs that were not tested may.");
    return new Ruling(Tone.SHOWN, "Suppressed in the outputs tested", lines);
  }

  /** How many of so many still give the target. */
  record Tally(int given, int of) {
    String words(String noun) {
      return of == 0 ? "no " + noun + " tested" : given + " of " + Numbers.count(of, noun);
    }
  }

  private static String noun(Dossier dossier) {
    return dossier.gallery().isPresent() ? "sample picture" : "sample answer";
  }

  /** Sample answers of a column that give the target, or pictures that show it. */
  static Tally samples(Dossier dossier, String column) {
    int given = 0;
    int of = 0;
    for (Sample sample : dossier.samples()) {
      String answer = sample.answers().get(column);
      if (sample.split() == Split.FORGET && answer != null) {
        of++;
        given += Overlap.gives(answer, sample) ? 1 : 0;
      }
    }
    for (Gallery.Row row : dossier.gallery().map(Gallery::rows).orElse(List.of())) {
      Gallery.Shown picture = row.drawn().get(column);
      if (row.split() == Split.FORGET && picture != null) {
        of++;
        given += dossier.gallery().orElseThrow().shows(picture) ? 1 : 0;
      }
    }
    return new Tally(given, of);
  }

  private static boolean counts(Attempt attempt, boolean guardOffToo) {
    return Attacks.onOutputs(attempt)
        || (guardOffToo && attempt.result().attack().equals(Attacks.GUARD_OFF));
  }

  private static List<String> lines(
      Dossier dossier, Outcome outcome, Tally samples, List<Attempt> tried) {
    List<String> lines = new ArrayList<>();
    if (!dossier.request().objective().wantsSuppression()) {
      lines.add("The request did not ask for suppression; this is stated all the same.");
    }
    for (Dossier.Gap gap : dossier.gaps()) {
      if (gap.what().equals(Dossier.Gap.UNTESTED)) {
        lines.add("Not tested, " + gap.why() + ": " + gap.of() + ".");
      }
    }
    if (samples.of() > 0) {
      compare(dossier, lines);
    }
    boolean broken = tried.stream().anyMatch(a -> a.result().broken().orElse(false));
    if (samples.of() > 0 && samples.given() == 0 && broken) {
      lines.add("Efficacy passes on the questions as they stood in training; generality fails:");
    }
    if (!tried.isEmpty() && dossier.reference().isPresent()) {
      lines.add(
          "An attack counts where it gets more than the retrained reference gives away; a near match"
              + " counts wherever it comes from.");
    }
    for (Attempt attempt : tried) {
      if (attempt.result().broken().orElse(true)) {
        lines.add(Attacks.describe(attempt));
      }
    }
    if (outcome.guard()) {
      lines.add("A guard stands before the model; this holds only where users cannot go round it.");
    }
    return lines;
  }

  private static void compare(Dossier dossier, List<String> lines) {
    Tally before = samples(dossier, Dossier.ORIGINAL);
    if (before.of() > 0) {
      lines.add("The original gave it in " + before.words(noun(dossier)) + ".");
      if (before.given() == 0) {
        lines.add("As it gave none before, these samples show little.");
      }
    }
    Tally reference = samples(dossier, Dossier.REFERENCE);
    if (reference.given() > 0) {
      lines.add(
          "The retrained reference gives it in "
              + reference.words(noun(dossier))
              + ": a model that never saw the records can still produce it.");
    }
  }
}

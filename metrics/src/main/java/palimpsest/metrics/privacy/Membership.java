package palimpsest.metrics.privacy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Explanation;
import palimpsest.api.Score;
import palimpsest.api.Score.Measured;
import palimpsest.api.Score.NotMeasured;
import palimpsest.api.Split;
import palimpsest.api.Trial;
import palimpsest.metrics.Explain;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.Rule;
import palimpsest.metrics.Saturation;
import palimpsest.metrics.statistics.Auc;

/**
 * A membership test: a score of each example, higher where it looks like training data, and the
 * area under its ROC curve with the forget split as members and the holdout split as non-members.
 * 1: the forget examples look like members; one half: like unseen ones; 0: less like members than
 * unseen ones do, which gives them away as well.
 *
 * <p>Only examples of a subtask that both splits have are compared: MUSE's questions and
 * continuations are told from its holdout passages by what they are, whatever was trained on.
 */
record Membership(PerExample score) {
  static final String NO_HOLDOUT =
      "no holdout examples were evaluated: a membership test needs non-members of the same kind";

  /** Range and sign in words, given how a forget example compares with a holdout example. */
  static String meaning(String compares) {
    return "0 to 1: chance that a forget example "
        + compares
        + " a holdout example; 1 looks trained on, below the reference (else .5) is over-unlearned";
  }

  /** The area, absent where a split has no usable example. */
  Optional<Explanation> auc(Evidence evidence) {
    PerExample alike = alike(evidence);
    Optional<Explanation> members = alike.mean(evidence, Split.FORGET);
    Optional<Explanation> others = alike.mean(evidence, Split.HOLDOUT);
    return members.isEmpty() || others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Explain.auc(score.what() + ", forget against holdout", members.get(), others.get()));
  }

  /** The score of what is of a kind that both splits have. */
  private PerExample alike(Evidence evidence) {
    Set<Optional<String>> shared = kinds(evidence, Split.FORGET);
    boolean same = shared.equals(kinds(evidence, Split.HOLDOUT));
    shared.retainAll(kinds(evidence, Split.HOLDOUT));
    return new PerExample(
        score.what(),
        same ? score.need() : "a subtask of both splits, or " + score.need(),
        item -> shared.contains(kind(item)) && score.has().test(item),
        score.value());
  }

  private static Set<Optional<String>> kinds(Evidence evidence, Split split) {
    return evidence.of(split).stream().map(Membership::kind).collect(Collectors.toSet());
  }

  private static Optional<String> kind(Item item) {
    return Optional.ofNullable(item.example().probe().task());
  }

  /** Whether subtasks have other shares in the two splits, of the examples that are compared. */
  private static boolean isMixed(Evidence evidence, PerExample alike) {
    List<Optional<String>> forget = compared(evidence, Split.FORGET, alike);
    List<Optional<String>> holdout = compared(evidence, Split.HOLDOUT, alike);
    return forget.stream()
        .distinct()
        .anyMatch(
            kind ->
                (long) Collections.frequency(forget, kind) * holdout.size()
                    != (long) Collections.frequency(holdout, kind) * forget.size());
  }

  private static List<Optional<String>> compared(Evidence evidence, Split split, PerExample alike) {
    return evidence.of(split).stream().filter(alike.has()).map(Membership::kind).toList();
  }

  /** Why there is no area. */
  String lack(Evidence evidence) {
    if (evidence.of(Split.HOLDOUT).isEmpty()) {
      return NO_HOLDOUT;
    }
    Set<Optional<String>> forget = kinds(evidence, Split.FORGET);
    if (!forget.isEmpty() && Collections.disjoint(forget, kinds(evidence, Split.HOLDOUT))) {
      return "no forget example has the subtask of a holdout example: they are not of one kind";
    }
    boolean members = alike(evidence).mean(evidence, Split.FORGET).isPresent();
    return score.lack(evidence, members ? Split.HOLDOUT : Split.FORGET);
  }

  Score score(Trial trial) {
    Optional<Explanation> auc = auc(trial.subject());
    if (auc.isEmpty()) {
      return new NotMeasured(lack(trial.subject()));
    }
    List<String> warnings = leftOut(trial.subject());
    warnings.addAll(Saturation.ofArea(auc.get().value()));
    trial
        .reference()
        .flatMap(this::auc)
        .ifPresentOrElse(
            reference -> overUnlearned(auc.get(), reference).ifPresent(warnings::add),
            () ->
                warnings.add(
                    "no retrained reference: one half is the expected value only if forget and"
                        + " holdout are of the same kind"));
    return new Measured(auc.get(), warnings);
  }

  /**
   * The area against the retrained reference's.
   *
   * @param rule by which the two make the score
   * @param undefined the reference's area at which there is none
   */
  Score relative(Trial trial, Rule rule, String formula, double undefined) {
    if (trial.reference().isEmpty()) {
      return new NotMeasured(
          "no retrained reference: this is relative to a model trained without the data");
    }
    Optional<Explanation> ours = auc(trial.subject());
    Optional<Explanation> theirs = auc(trial.reference().get());
    if (ours.isEmpty() || theirs.isEmpty()) {
      return new NotMeasured(
          ours.isEmpty()
              ? lack(trial.subject())
              : "the retrained reference: " + lack(trial.reference().get()));
    }
    if (theirs.get().value() == undefined) {
      return new NotMeasured(
          String.format(
              Locale.ROOT,
              "the retrained reference itself has AUC %.0f, so there is nothing to be relative to:"
                  + " forget and holdout are not of the same kind",
              undefined));
    }
    List<String> warnings =
        PerExample.beside(leftOut(trial.subject()), leftOut(trial.reference().get()));
    warnings.addAll(Saturation.ofArea(ours.get().value()));
    overUnlearned(ours.get(), theirs.get()).ifPresent(warnings::add);
    Explanation score = rule.explain(formula, List.of(ours.get(), theirs.get()));
    if (Math.abs(score.value()) > 100) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "beyond 100: the reference's AUC of %.4f is far from one half, which inflates the"
                  + " ratio",
              theirs.get().value()));
    }
    return new Measured(score, warnings);
  }

  List<String> leftOut(Evidence evidence) {
    PerExample alike = alike(evidence);
    List<String> warnings = new ArrayList<>(alike.leftOut(evidence, Split.FORGET));
    warnings.addAll(alike.leftOut(evidence, Split.HOLDOUT));
    if (isMixed(evidence, alike)) {
      warnings.add(
          "subtasks have other shares in forget than in holdout, so that what tells subtasks apart"
              + " counts as membership: give as many of each");
    }
    return warnings;
  }

  /**
   * A warning where the area fell below the reference's by more than chance: 1.96 standard errors
   * of a difference of two areas on examples of their own, which is more than that of areas on the
   * same ones.
   */
  static Optional<String> overUnlearned(Explanation subject, Explanation reference) {
    double error = Math.hypot(error(subject), error(reference));
    double past = reference.value() - subject.value();
    if (past <= 0 || past < 1.96 * error) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "over-unlearned: AUC %.4f lies below the retrained reference's %.4f (standard error of"
                + " the difference at most %.4f): the forget examples look less like members than"
                + " unseen ones would, which gives away that they were unlearned",
            subject.value(),
            reference.value(),
            error));
  }

  private static double error(Explanation area) {
    return Auc.standardError(
        area.value(), area.from().get(0).from().size(), area.from().get(1).from().size());
  }
}

package palimpsest.dossier;

import java.util.List;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.Remedy;

/**
 * A remedy that was applied, and what was tried against its result.
 *
 * @param label short unique name, the column's heading, such as {@code npo}
 * @param remedy what was applied; its guarantee class is never upgraded
 * @param steps optimiser steps made
 * @param seconds wall-clock time of the process that finished it
 * @param weightsBefore digest of the parameters before
 * @param weightsAfter digest of the parameters after; the same where weights stay as they are
 * @param guard whether users meet the model behind a guard
 * @param attacks every attack tried, those that failed too
 * @param basis of a training that was done again
 */
public record Outcome(
    String label,
    Remedy remedy,
    int steps,
    double seconds,
    String weightsBefore,
    String weightsAfter,
    boolean guard,
    List<Attempt> attacks,
    Optional<Basis> basis) {
  public Outcome {
    Check.notBlank(label, "outcome label");
    Check.atLeast(steps, 0, label + ": steps");
    Check.nonNegative(seconds, label + ": seconds");
    Check.notBlank(weightsBefore, label + ": digest of the weights before");
    Check.notBlank(weightsAfter, label + ": digest of the weights after");
    attacks = List.copyOf(attacks);
  }

  /** Of a remedy that did no training again. */
  public Outcome(
      String label,
      Remedy remedy,
      int steps,
      double seconds,
      String weightsBefore,
      String weightsAfter,
      boolean guard,
      List<Attempt> attacks) {
    this(
        label,
        remedy,
        steps,
        seconds,
        weightsBefore,
        weightsAfter,
        guard,
        attacks,
        Optional.empty());
  }

  /** Whether any byte of the parameters differs from before. */
  public boolean weightsChanged() {
    return !weightsBefore.equals(weightsAfter);
  }

  /** The attack of an id, where it was tried. */
  public Optional<Attempt> attack(String id) {
    return attacks.stream().filter(a -> a.result().attack().equals(id)).findFirst();
  }
}

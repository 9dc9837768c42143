package palimpsest.dossier;

import java.util.List;
import palimpsest.api.Check;

/**
 * What may be said about one outcome, and no more.
 *
 * @param outcome its label
 * @param removal whether the target's effects were taken out of the parameters
 * @param suppression whether the target was kept out of the outputs
 * @param flags what a reader must not overlook, such as over-unlearning
 * @param checklist the five mismatches, in order
 */
public record Verdict(
    String outcome,
    Ruling removal,
    Ruling suppression,
    List<String> flags,
    List<Mismatch> checklist) {
  public Verdict {
    flags = List.copyOf(flags);
    checklist = List.copyOf(checklist);
  }

  /** How far a statement is carried. */
  public enum Tone {
    /** Shown by procedure or in all tests made. */
    SHOWN,
    /** Shown for a part only. */
    PARTLY,
    /** Not shown, or shown not to hold. */
    NOT_SHOWN,
    /** Nothing was tested that could show it. */
    NOT_TESTED
  }

  /**
   * One of the two verdicts.
   *
   * @param tone how far the statement is carried
   * @param headline the statement
   * @param lines what it rests on, and what speaks against it
   */
  public record Ruling(Tone tone, String headline, List<String> lines) {
    public Ruling {
      lines = List.copyOf(lines);
    }
  }

  /** What became of a point of the checklist. */
  public enum Status {
    /** Tested, and the mismatch is there. */
    BROKEN,
    /** Tested, and the mismatch was not seen. */
    HELD,
    /** Could be tested and was not. */
    NOT_TESTED,
    /** Outside what this software can establish. */
    NOT_TESTABLE
  }

  /**
   * A point of the checklist.
   *
   * @param number 1 to 5
   * @param statement the mismatch, as a sentence
   * @param status what became of it
   * @param finding the numbers, or why there are none
   */
  public record Mismatch(int number, String statement, Status status, String finding) {
    public Mismatch {
      Check.atLeast(number, 1, "number of mismatch");
    }
  }
}

package palimpsest.api;

import java.util.List;

/**
 * What a person decided after seeing the findings: the scope, and why.
 *
 * @param scope which matches are in scope
 * @param by who decided
 * @param reason why this scope, in that person's words
 * @param examples ids of the records to forget, sorted
 * @param leftOut ids of found records that stay, sorted: what may still leak
 */
public record Decision(
    Scope scope, String by, String reason, List<String> examples, List<String> leftOut) {

  /** Which findings are acted on. */
  public enum Scope {
    /** Only the records that the request lists. */
    LISTED,
    /** Listed records and exact or normalised matches. */
    EXACT,
    /** Everything found, near-duplicates too. */
    FOUND
  }

  public Decision {
    Check.notBlank(by, "decision: by");
    Check.notBlank(reason, "decision: reason");
    examples = List.copyOf(examples);
    leftOut = List.copyOf(leftOut);
  }
}

package palimpsest.api;

import java.util.List;

/**
 * The remedies that fit a request, and those that do not with the reason.
 *
 * @param remedies what can be done, strongest guarantee first
 * @param refused what cannot, and why
 */
public record Plan(List<Remedy> remedies, List<Refusal> refused) {
  public Plan {
    remedies = List.copyOf(remedies);
    refused = List.copyOf(refused);
  }

  /** A method that does not fit, and why. */
  public record Refusal(String method, String reason) {}
}

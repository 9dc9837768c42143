package palimpsest.api;

import java.util.List;
import java.util.Optional;

/**
 * The remedies that fit a request, and those that do not with the reason.
 *
 * @param remedies what can be done, strongest guarantee first, of the exact ones the cheapest
 * @param refused what cannot, and why
 * @param routes the cheapest exact path of each record alone, cheapest first; a record that the
 *     trainings did not meet has none. Absent where no exact method fits
 * @param sharded what it costs in use that the model is one of shards, where it was measured
 */
public record Plan(
    List<Remedy> remedies,
    List<Refusal> refused,
    Optional<List<Route>> routes,
    Optional<ShardedLoss> sharded) {
  public Plan {
    remedies = List.copyOf(remedies);
    refused = List.copyOf(refused);
    routes = routes.map(List::copyOf);
  }

  /** A plan without routes. */
  public Plan(List<Remedy> remedies, List<Refusal> refused) {
    this(remedies, refused, Optional.empty(), Optional.empty());
  }

  /** A method that does not fit, and why. */
  public record Refusal(String method, String reason) {}
}

package palimpsest.metrics.attack;

import java.util.List;
import palimpsest.api.Attack;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Suggest;

/** Every attack that comes with Palimpsest, with its default parameters. */
public final class BuiltInAttacks {
  private static final List<Attack> ALL =
      List.of(
          GuardOff.defaults(),
          NearMatch.defaults(),
          InContext.defaults(),
          Paraphrase.defaults(),
          Sampling.defaults(),
          Relearning.defaults());

  private BuiltInAttacks() {}

  public static List<Attack> all() {
    return ALL;
  }

  /**
   * The attack of that id.
   *
   * @throws InvalidRequest if there is none, naming the nearest
   */
  public static Attack byId(String id) {
    return ALL.stream()
        .filter(attack -> attack.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "unknown attack \""
                        + id
                        + "\""
                        + Suggest.nearest(id, ALL.stream().map(Attack::id).toList())));
  }
}

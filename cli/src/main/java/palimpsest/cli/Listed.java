package palimpsest.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import palimpsest.api.Method;
import palimpsest.engine.BuiltInMethods;
import palimpsest.metrics.BuiltInMetrics;
import palimpsest.metrics.attack.BuiltInAttacks;

/**
 * A method, metric or attack as it is listed.
 *
 * @param id its id
 * @param kind guarantee and fidelity, or version and direction
 * @param parameters with their defaults, possibly none
 * @param meaning one line for people
 */
record Listed(String id, String kind, Map<String, Double> parameters, String meaning) {

  static List<Listed> methods() {
    return Stream.concat(BuiltInMethods.all().stream(), BuiltInMethods.images().stream())
        .map(m -> new Listed(m.id(), kind(m), m.parameters(), m.meaning()))
        .toList();
  }

  /** Guarantee, and the word that says how faithfully the source is followed. */
  private static String kind(Method m) {
    String fidelity = m.about().fidelity();
    return m.guarantee().name().toLowerCase(Locale.ROOT) + ", " + fidelity.split("\\W", 2)[0];
  }

  /** One for language models or for images. */
  static Method method(String id) {
    return BuiltInMethods.isOfImages(id) ? BuiltInMethods.imageById(id) : BuiltInMethods.byId(id);
  }

  static List<Listed> metrics() {
    return BuiltInMetrics.all().stream()
        .map(
            m ->
                new Listed(
                    m.id(),
                    "version " + m.version() + ", " + ScoreTable.direction(m.better()),
                    Map.of(),
                    m.meaning()))
        .toList();
  }

  static List<Listed> attacks() {
    return BuiltInAttacks.all().stream()
        .map(a -> new Listed(a.id(), "version " + a.version(), Map.of(), a.meaning()))
        .toList();
  }

  static void print(Screen screen, List<Listed> all, boolean json) {
    if (json) {
      screen.json(all);
      return;
    }
    for (Listed each : all) {
      screen.heading(each.id + "  " + each.kind);
      if (!each.parameters.isEmpty()) {
        Wrapped.print(screen, "    parameters: ", PlanTable.parameters(each.parameters));
      }
      Wrapped.print(screen, "    ", each.meaning);
    }
  }
}

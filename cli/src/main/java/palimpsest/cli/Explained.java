package palimpsest.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import palimpsest.api.About;
import palimpsest.api.Method;
import palimpsest.engine.Choice;

/**
 * A method explained.
 *
 * @param id its id
 * @param guarantee what it can promise
 * @param about it in words
 * @param defaults its parameters' default values
 * @param takes words of its choice beside its parameters
 * @param cannotShow what a reader must not conclude
 */
record Explained(
    String id,
    String guarantee,
    About about,
    Map<String, Double> defaults,
    String takes,
    List<String> cannotShow) {

  static Explained of(Method m) {
    return new Explained(
        m.id(),
        m.guarantee().name().toLowerCase(Locale.ROOT) + ": " + m.guarantee().meaning(),
        m.about(),
        m.parameters(),
        Choice.words(m),
        m.cannotShow());
  }

  static void print(Screen screen, Explained e, boolean json) {
    if (json) {
      screen.json(e);
      return;
    }
    screen.heading(e.id + "  " + e.about.what());
    Wrapped.print(screen, "    promises:   ", e.guarantee);
    Wrapped.print(screen, "    formula:    ", e.about.formula());
    Wrapped.print(screen, "    source:     ", e.about.source());
    Wrapped.print(screen, "    fidelity:   ", e.about.fidelity());
    e.defaults.forEach(
        (name, value) ->
            Wrapped.print(
                screen,
                "    parameter:  ",
                PlanTable.parameters(Map.of(name, value))
                    + ": "
                    + e.about.parameters().getOrDefault(name, "")));
    if (!e.defaults.isEmpty()) {
      Wrapped.print(screen, "    defaults:   ", e.about.defaults());
    }
    if (!e.takes.isEmpty()) {
      Wrapped.print(screen, "    takes:      ", e.takes);
    }
    e.cannotShow.forEach(line -> Wrapped.print(screen, "    not shown:  ", line));
  }
}

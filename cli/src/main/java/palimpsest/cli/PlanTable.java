package palimpsest.cli;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import palimpsest.api.Plan;
import palimpsest.api.Remedy;

/** A plan for people. */
record PlanTable(Screen screen) {

  void print(Plan plan, int records) {
    screen.line(records + " records in scope");
    for (Remedy r : plan.remedies()) {
      screen.heading(
          r.method() + "  " + r.guarantee().name().toLowerCase(Locale.ROOT) + steps(r.steps()));
      Wrapped.print(screen, "    promises: ", r.guarantee().meaning());
      if (!r.parameters().isEmpty()) {
        Wrapped.print(screen, "    with: ", parameters(r.parameters()));
      }
      r.cannotShow().forEach(line -> Wrapped.print(screen, "    cannot show: ", line));
    }
    for (Plan.Refusal r : plan.refused()) {
      screen.heading(r.method() + "  does not fit");
      Wrapped.print(screen, "    ", r.reason());
    }
  }

  static String parameters(Map<String, Double> parameters) {
    return parameters.entrySet().stream()
        .map(e -> e.getKey() + "=" + number(e.getValue()))
        .collect(Collectors.joining(" "));
  }

  private static String number(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }

  private static String steps(int steps) {
    return steps == 0 ? "" : "  " + steps + " steps";
  }
}

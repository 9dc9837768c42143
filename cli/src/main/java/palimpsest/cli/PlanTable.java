package palimpsest.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import palimpsest.api.Cost;
import palimpsest.api.Guarantee;
import palimpsest.api.Plan;
import palimpsest.api.Remedy;
import palimpsest.api.Route;
import palimpsest.api.ShardedLoss;
import palimpsest.dossier.Numbers;

/** A plan for people. */
record PlanTable(Screen screen) {

  /**
   * Prints it.
   *
   * @param records in scope
   * @param nothing why there is nothing to remove exactly, where that is so
   */
  void print(Plan plan, int records, Optional<String> nothing) {
    screen.line(Numbers.count(records, "record") + " in scope");
    nothing.ifPresent(why -> Wrapped.print(screen, "", why));
    plan.routes().ifPresent(routes -> routes(routes, plan.remedies(), records));
    plan.sharded().ifPresent(this::sharded);
    for (Remedy r : plan.remedies()) {
      boolean atMost = r.cost().map(Cost::atMost).orElse(false);
      screen.heading(
          r.method()
              + "  "
              + r.guarantee().name().toLowerCase(Locale.ROOT)
              + (r.steps() == 0 && r.cost().isEmpty() ? "" : "  " + steps(atMost, r.steps())));
      Wrapped.print(screen, "    promises: ", r.guarantee().meaning());
      r.cost().ifPresent(c -> Wrapped.print(screen, "    takes: ", takes(c)));
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

  private void routes(List<Route> routes, List<Remedy> remedies, int records) {
    screen.heading("The cheapest exact path of each record, were it the only one:");
    screen.line(row("records", "steps", "time") + "path");
    for (Route r : routes) {
      String row =
          row(
              String.valueOf(r.records().size()),
              String.valueOf(r.steps()),
              r.cost().seconds().map(PlanTable::rounded).orElse("unknown"));
      String bound = r.cost().atMost() ? "at most, by " : "";
      Wrapped.print(screen, row, bound + r.method() + " from " + r.cost().from());
    }
    int met = routes.stream().mapToInt(r -> r.records().size()).sum();
    if (met < records) {
      Wrapped.print(
          screen,
          "    ",
          Numbers.count(records - met, "record")
              + " more: no training of this model met what stands there, so there is nothing to do");
    }
    if (met > 1) {
      together(remedies);
    }
    if (remedies.stream().anyMatch(r -> r.cost().map(Cost::atMost).orElse(false))) {
      Wrapped.print(
          screen,
          "    ",
          "Here a replay may take less: which steps can stay is known with --corpus only.");
    }
  }

  private void sharded(ShardedLoss loss) {
    screen.heading("What having sharded costs:");
    Wrapped.print(
        screen,
        "    ",
        String.format(
            Locale.ROOT,
            "mean loss of a token %.3f by the merged model, %.3f by the adapter of a record's own"
                + " shard, %.3f by the frozen checkpoint; on %s of the shards. What one model of"
                + " all records would have is not measured: train one to know.",
            loss.merged(),
            loss.own(),
            loss.base(),
            Numbers.count(loss.records(), "record")));
  }

  private void together(List<Remedy> remedies) {
    remedies.stream()
        .filter(r -> r.guarantee().compareTo(Guarantee.STRUCTURAL) <= 0)
        .findFirst()
        .ifPresent(
            r ->
                Wrapped.print(
                    screen,
                    "    ",
                    "All together, by "
                        + r.method()
                        + ": "
                        + steps(r.cost().map(Cost::atMost).orElse(false), r.steps())
                        + (r.method().equals("exact.replay")
                            ? "; it begins before the first step that met any"
                            : "")));
  }

  private static String row(String records, String steps, String time) {
    return String.format(Locale.ROOT, "    %7s  %6s  %8s  ", records, steps, time);
  }

  private static String takes(Cost cost) {
    String time =
        cost.seconds()
            .map(s -> (cost.atMost() ? "at most about " : "about ") + rounded(s))
            .orElse("a time that is not known, since the pace of the training was not measured,");
    return time
        + " from "
        + cost.from()
        + "; "
        + Numbers.bytes(cost.disk())
        + " of disk at most"
        + (cost.stored() == 0
            ? ""
            : "; " + Numbers.bytes(cost.stored()) + " are stored for it now");
  }

  /** An estimate has no more than two digits. */
  private static String rounded(double seconds) {
    return Numbers.seconds(new BigDecimal(seconds).round(new MathContext(2)).doubleValue());
  }

  static String parameters(Map<String, Double> parameters) {
    return parameters.entrySet().stream()
        .map(e -> e.getKey() + "=" + number(e.getValue()))
        .collect(Collectors.joining(" "));
  }

  private static String number(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }

  private static String steps(boolean atMost, int steps) {
    return (atMost ? "at most " : "") + Numbers.count(steps, "step");
  }
}

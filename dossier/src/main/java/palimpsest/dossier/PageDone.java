package palimpsest.dossier;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import palimpsest.api.Cost;
import palimpsest.api.Plan;
import palimpsest.api.Remedy;
import palimpsest.api.Route;
import palimpsest.api.ShardedLoss;

/** The remedies applied, planned and refused. */
final class PageDone {
  private static final String REPLAYED =
      "The original's training done again with the places of the records in scope empty: what a"
          + " model looks like that never saw them. The measure of the others.";

  private PageDone() {}

  static void write(Html html, Dossier dossier) {
    Page.section(html, "done");
    html.open("div", "class", "grid");
    dossier.outcomes().forEach(o -> outcome(html, o));
    dossier.reference().ifPresent(r -> reference(html, r, isReplayed(dossier, r)));
    html.close();
    plan(html, dossier.plan());
    html.close();
  }

  private static void outcome(Html html, Outcome outcome) {
    Remedy remedy = outcome.remedy();
    html.open("article", "class", "panel").open("h3").foreign(outcome.label()).close();
    html.open("p").leaf("strong", remedy.guarantee().name());
    html.text(": " + remedy.guarantee().meaning() + ".").close();
    html.open("dl");
    Page.term(html, "Method", remedy.method());
    if (!remedy.parameters().isEmpty()) {
      Page.term(html, "Settings", settings(remedy.parameters()));
    }
    Page.term(html, "Effort", effort(outcome.steps(), outcome.seconds()));
    Page.term(html, "Guard", outcome.guard() ? "on" : "none");
    weights(html, outcome);
    html.close();
    if (!remedy.cannotShow().isEmpty()) {
      html.leaf("h4", "What this cannot show").open("ul");
      remedy.cannotShow().forEach(l -> html.open("li").foreign(Html.clip(l, 600)).close());
      html.close();
    }
    html.close();
  }

  private static void weights(Html html, Outcome outcome) {
    html.leaf("dt", "Weights").open("dd").leaf("code", brief(outcome.weightsBefore()));
    if (outcome.weightsChanged()) {
      html.text(" → ").leaf("code", brief(outcome.weightsAfter()));
    } else {
      html.text(" before and after: unchanged");
    }
    html.close();
  }

  private static boolean isReplayed(Dossier dossier, Dossier.Reference reference) {
    return dossier.outcomes().stream()
        .filter(o -> o.weightsAfter().equals(reference.digest()))
        .anyMatch(o -> o.remedy().method().equals("exact.replay"));
  }

  /** What it is, and whether its run was done again with places empty or anew without them. */
  static void reference(Html html, Dossier.Reference reference, boolean replayed) {
    html.open("article", "class", "panel")
        .leaf("h3", replayed ? "Replayed reference" : "Retrained reference");
    html.leaf("p", replayed ? REPLAYED : retrained(reference));
    html.open("dl");
    reference.start().ifPresent(s -> Page.term(html, "Checkpoint", s));
    Page.term(html, "Trained on", Numbers.count(reference.records(), "record"));
    Page.term(html, "Effort", effort(reference.steps(), reference.seconds()));
    html.leaf("dt", "Weights").open("dd").leaf("code", brief(reference.digest())).close();
    html.close().close();
  }

  private static String retrained(Dossier.Reference reference) {
    return reference.start().isPresent()
        ? "Trained from the checkpoint named below without the records in scope, with the same"
            + " recipe. What the checkpoint itself had seen is not known."
        : "Trained from the start without the records in scope: what a model looks like that never"
            + " saw them. The measure of the others, made with the same recipe.";
  }

  static void plan(Html html, Plan plan) {
    if (plan.remedies().isEmpty() && plan.refused().isEmpty()) {
      return;
    }
    html.open("details").leaf("summary", "What else could have been done, and what could not");
    Page.table(html, "The plan");
    html.head("Method", "Guarantee class or reason for refusing", "Estimated cost").open("tbody");
    for (Remedy remedy : plan.remedies()) {
      html.open("tr").open("th", "scope", "row").foreign(remedy.method()).close();
      html.leaf("td", remedy.guarantee().name() + ": " + remedy.guarantee().meaning());
      html.leaf("td", cost(remedy.steps(), remedy.cost()), "class", "number").close();
    }
    for (Plan.Refusal refusal : plan.refused()) {
      html.open("tr").open("th", "scope", "row").foreign(refusal.method()).close();
      html.open("td").text("Refused: ").foreign(Html.clip(refusal.reason(), 400)).close();
      html.leaf("td", "–", "class", "number").close();
    }
    html.close().close().close();
    plan.routes().filter(routes -> !routes.isEmpty()).ifPresent(routes -> routes(html, routes));
    plan.sharded().ifPresent(loss -> html.leaf("p", sharded(loss)));
    html.close();
  }

  /** What a record would cost alone; the cost of the request is that of its remedies. */
  private static void routes(Html html, List<Route> routes) {
    Page.table(html, "The cheapest exact path of each record, were it the only one");
    html.head("Method", "Begins from", "Records", "Estimated cost").open("tbody");
    for (Route route : routes) {
      html.open("tr").open("th", "scope", "row").foreign(route.method()).close();
      html.open("td").foreign(route.cost().from()).close();
      html.leaf("td", Integer.toString(route.records().size()), "class", "number");
      html.leaf("td", cost(route.steps(), Optional.of(route.cost())), "class", "number").close();
    }
    html.close().close().close();
  }

  private static String sharded(ShardedLoss loss) {
    return String.format(
        Locale.ROOT,
        "What having sharded costs: on %s of the shards the mean loss of a token is %.3f by the"
            + " merged model, %.3f by the adapter of a record's own shard and %.3f by the frozen"
            + " checkpoint. What one model of all records would have is not measured.",
        Numbers.count(loss.records(), "record"),
        loss.merged(),
        loss.own(),
        loss.base());
  }

  private static String cost(int steps, Optional<Cost> cost) {
    String bound = cost.filter(Cost::atMost).map(c -> "at most ").orElse("");
    String time = cost.flatMap(Cost::seconds).map(s -> ", " + Numbers.seconds(s)).orElse("");
    return bound + Numbers.count(steps, "step") + time;
  }

  private static String settings(Map<String, Double> parameters) {
    return parameters.entrySet().stream()
        .map(e -> e.getKey() + " " + EcmaNumber.of(e.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String effort(int steps, double seconds) {
    return Numbers.count(steps, "step")
        + ", "
        + Numbers.seconds(seconds)
        + " in the process that ended it";
  }

  private static String brief(String digest) {
    return digest.length() <= 16 ? digest : digest.substring(0, 16) + "…";
  }
}

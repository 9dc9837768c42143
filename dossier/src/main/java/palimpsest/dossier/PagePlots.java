package palimpsest.dossier;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.Attack;

/** The trade-off between utility and forgetting, and the curves of the attacks, as SVG. */
final class PagePlots {
  private static final int MOST_CURVES = 6;
  private static final int MOST_PLOTS = 12;
  private static final int MOST_POINTS = 120;

  private PagePlots() {}

  static void write(Html html, Dossier dossier) {
    Page.section(html, "plots");
    html.open("div", "class", "figures");
    tradeOff(html, dossier);
    int drawn = 0;
    for (Outcome outcome : dossier.outcomes()) {
      for (Attempt attempt : outcome.attacks()) {
        for (List<Attack.Curve> group : groups(attempt.result().curves())) {
          if (drawn++ < MOST_PLOTS) {
            curves(html, outcome, attempt, group);
          }
        }
      }
    }
    html.close();
    if (drawn > MOST_PLOTS) {
      html.leaf("p", Numbers.count(drawn - MOST_PLOTS, "more plot") + " in dossier.json.");
    }
    html.close();
  }

  static void tradeOff(Html html, Dossier dossier) {
    html.open("figure").leaf("h3", "Utility against forgetting");
    Optional<ScoreRow> utility = dossier.row(dossier.axes().utility());
    Optional<ScoreRow> forgetting = dossier.row(dossier.axes().forgetting());
    List<TradeOff.Spot> spots =
        utility.isEmpty() || forgetting.isEmpty()
            ? List.of()
            : TradeOff.spots(dossier, utility.get(), forgetting.get());
    List<Double> xs = spots.stream().map(TradeOff.Spot::x).toList();
    List<Double> ys = spots.stream().map(TradeOff.Spot::y).toList();
    if (!Plot.Range.drawable(xs) || !Plot.Range.drawable(ys)) {
      html.open("p").text("Not drawn: no model has a drawable value of both ");
      html.foreign(dossier.axes().utility()).text(" and ").foreign(dossier.axes().forgetting());
      html.text(".").close().close();
      return;
    }
    Plot plot =
        Plot.open(
            html,
            "Utility against forgetting",
            Plot.Range.loose(xs, 0.1),
            Plot.Range.loose(ys, 0.1));
    plot.axes(
        dossier.axes().utility() + TradeOff.arrow(utility.get().better()),
        dossier.axes().forgetting() + TradeOff.arrow(forgetting.get().better()));
    front(plot, spots);
    spots.forEach(s -> plot.marker(s.x(), s.y(), s.shape(), s.style()));
    spots.forEach(s -> plot.name(s.x(), s.y(), s.name()));
    plot.close();
    html.open("figcaption")
        .text("Square: the original. Diamond: the retrained reference. Circles:");
    html.text(" outcomes; filled ones are on the Pareto front: none beats them on both axes. ");
    html.open("details").leaf("summary", "In words").open("ul");
    spots.forEach(s -> html.open("li").foreign(s.words()).close());
    html.close().close().close().close();
  }

  private static void front(Plot plot, List<TradeOff.Spot> spots) {
    List<Attack.Point> front =
        spots.stream()
            .filter(TradeOff.Spot::onFront)
            .map(s -> new Attack.Point(s.x(), s.y()))
            .sorted(Comparator.comparingDouble(Attack.Point::x))
            .toList();
    if (front.size() > 1) {
      plot.curve(front, "front");
    }
    for (int i = 1; i < front.size(); i++) {
      plot.avoid(front.get(i - 1), front.get(i));
    }
  }

  /** Curves over the same axes belong into one plot. */
  private static List<List<Attack.Curve>> groups(List<Attack.Curve> curves) {
    Map<List<String>, List<Attack.Curve>> groups = new LinkedHashMap<>();
    for (Attack.Curve curve : curves) {
      groups
          .computeIfAbsent(List.of(curve.xLabel(), curve.yLabel()), k -> new ArrayList<>())
          .add(curve);
    }
    return List.copyOf(groups.values());
  }

  private static void curves(
      Html html, Outcome outcome, Attempt attempt, List<Attack.Curve> group) {
    List<Attack.Curve> shown =
        group.stream().filter(c -> !c.points().isEmpty()).limit(MOST_CURVES).toList();
    List<Double> xs = new ArrayList<>();
    List<Double> ys = new ArrayList<>();
    for (Attack.Curve curve : shown) {
      curve.points().forEach(p -> xs.add(p.x()));
      curve.points().forEach(p -> ys.add(p.y()));
    }
    html.open("figure").open("h3").foreign(outcome.label()).text(": ");
    html.foreign(attempt.result().attack()).close();
    if (!Plot.Range.drawable(xs) || !Plot.Range.drawable(ys)) {
      html.leaf("p", "Not drawn: no drawable points.").close();
      return;
    }
    Plot plot =
        Plot.open(
            html,
            "Curves of " + attempt.result().attack() + " on " + outcome.label(),
            Plot.Range.ticked(xs),
            Plot.Range.ticked(ys));
    plot.axes(shown.get(0).xLabel(), shown.get(0).yLabel());
    for (int i = 0; i < shown.size(); i++) {
      plot.curve(thinned(shown.get(i).points()), style(shown.get(i), i));
    }
    plot.close();
    legend(html, shown);
    html.close();
  }

  /** The original and the reference look alike in every plot. */
  private static String style(Attack.Curve curve, int index) {
    if (curve.name().equals(Dossier.ORIGINAL)) {
      return "s2";
    }
    if (curve.name().endsWith(Dossier.REFERENCE)) {
      return "s1";
    }
    return index == 0 ? "s0" : "s" + Math.max(3, index);
  }

  private static void legend(Html html, List<Attack.Curve> curves) {
    html.open("figcaption").open("ul", "class", "legend");
    for (int i = 0; i < curves.size(); i++) {
      Attack.Curve curve = curves.get(i);
      Attack.Point first = curve.points().get(0);
      Attack.Point last = curve.points().get(curve.points().size() - 1);
      html.open("li").open("svg", "viewBox", "0 0 32 10", "class", "swatch", "aria-hidden", "true");
      html.empty(
          "line", "x1", "1", "y1", "5", "x2", "31", "y2", "5", "class", "curve " + style(curve, i));
      html.close().open("span").foreign(Html.clip(curve.name(), 60));
      html.text(
          ": "
              + Numbers.of(first.y())
              + " at "
              + Numbers.of(first.x())
              + ", "
              + Numbers.of(last.y())
              + " at "
              + Numbers.of(last.x()));
      html.close().close();
    }
    html.close().close();
  }

  /** Evenly taken points, the last always among them. */
  private static List<Attack.Point> thinned(List<Attack.Point> points) {
    if (points.size() <= MOST_POINTS) {
      return points;
    }
    List<Attack.Point> kept = new ArrayList<>();
    for (int i = 0; i < MOST_POINTS; i++) {
      kept.add(points.get((int) ((long) i * (points.size() - 1) / (MOST_POINTS - 1))));
    }
    return kept;
  }
}

package palimpsest.dossier;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import palimpsest.api.Metric;

/** Where every model stands between utility and forgetting, and which outcomes none beats. */
final class TradeOff {
  private TradeOff() {}

  /** A model in the plot. */
  record Spot(String name, double x, double y, boolean outcome, boolean onFront) {
    Plot.Shape shape() {
      return outcome
          ? Plot.Shape.CIRCLE
          : name.equals(Dossier.ORIGINAL) ? Plot.Shape.SQUARE : Plot.Shape.DIAMOND;
    }

    String style() {
      return outcome ? (onFront ? "outcome best" : "outcome") : name;
    }

    String words() {
      return name
          + ": utility "
          + Numbers.of(x)
          + ", forgetting measure "
          + Numbers.of(y)
          + (onFront ? ", on the Pareto front" : outcome ? ", beaten on both" : "");
    }
  }

  static List<Spot> spots(Dossier dossier, ScoreRow utility, ScoreRow forgetting) {
    List<Spot> all = new ArrayList<>();
    for (String column : dossier.columns()) {
      OptionalDouble x = utility.value(column);
      OptionalDouble y = forgetting.value(column);
      if (x.isPresent() && y.isPresent()) {
        boolean outcome = dossier.outcome(column).isPresent();
        all.add(new Spot(column, x.getAsDouble(), y.getAsDouble(), outcome, false));
      }
    }
    List<Spot> outcomes = all.stream().filter(Spot::outcome).toList();
    return all.stream()
        .map(
            s ->
                new Spot(
                    s.name(),
                    s.x(),
                    s.y(),
                    s.outcome(),
                    s.outcome()
                        && outcomes.stream().noneMatch(o -> beats(o, s, utility, forgetting))))
        .toList();
  }

  /** At least as good on both axes, and better on one. */
  private static boolean beats(Spot a, Spot b, ScoreRow utility, ScoreRow forgetting) {
    int x = Double.compare(cost(a.x(), utility), cost(b.x(), utility));
    int y = Double.compare(cost(a.y(), forgetting), cost(b.y(), forgetting));
    return x <= 0 && y <= 0 && x + y < 0;
  }

  /** Lower is better. */
  private static double cost(double value, ScoreRow row) {
    return switch (row.better()) {
      case LOWER -> value;
      case HIGHER -> -value;
      case NEARER_REFERENCE -> {
        OptionalDouble reference = row.value(Dossier.REFERENCE);
        yield reference.isPresent() ? Math.abs(value - reference.getAsDouble()) : 0;
      }
    };
  }

  static String arrow(Metric.Better better) {
    return switch (better) {
      case HIGHER -> " (higher is better)";
      case LOWER -> " (lower is better)";
      case NEARER_REFERENCE -> " (nearer the reference is better)";
    };
  }
}

package palimpsest.dossier;

import java.util.List;
import java.util.Optional;

/**
 * Models between utility and forgetting, for a plot.
 *
 * @param title what a screen reader says of it
 * @param xLabel utility, higher is better
 * @param yLabel what is left to forget, lower is better
 * @param floor a utility that models should not fall below, drawn as a line
 */
public record Scatter(
    String title, String xLabel, String yLabel, List<Spot> spots, Optional<Double> floor) {
  public Scatter {
    spots = List.copyOf(spots);
  }

  /** What a model is. */
  public enum Kind {
    ORIGINAL,
    REFERENCE,
    OUTCOME
  }

  /** A model in the plot. */
  public record Spot(String name, double x, double y, Kind kind, boolean onFront) {
    Plot.Shape shape() {
      return switch (kind) {
        case ORIGINAL -> Plot.Shape.SQUARE;
        case REFERENCE -> Plot.Shape.DIAMOND;
        case OUTCOME -> Plot.Shape.CIRCLE;
      };
    }

    String style() {
      return switch (kind) {
        case ORIGINAL -> Dossier.ORIGINAL;
        case REFERENCE -> Dossier.REFERENCE;
        case OUTCOME -> onFront ? "outcome best" : "outcome";
      };
    }
  }
}

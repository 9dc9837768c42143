package palimpsest.metrics;

import java.util.List;
import java.util.Locale;
import palimpsest.api.Explanation;

/** Warnings that a number stands at the end of its range and cannot tell how far it would go. */
public final class Saturation {
  /** Probabilities below this are practically 0: models of different strength look alike. */
  private static final double NEGLIGIBLE = 1e-6;

  private Saturation() {}

  /** For a mean of values in [0, 1]: all at one end, or probabilities that have collapsed. */
  public static List<String> ofMean(Explanation mean) {
    double value = mean.value();
    if (mean.from().size() > 1 && (value == 0 || value == 1)) {
      return List.of(
          String.format(
              Locale.ROOT,
              "saturated: all %d values are %.0f, the end of the range, so models beyond it look"
                  + " alike",
              mean.from().size(),
              value));
    }
    return value < NEGLIGIBLE
        ? List.of(
            String.format(
                Locale.ROOT,
                "saturated: %.1e is practically 0, as of a collapsed model; models beyond it look"
                    + " alike",
                value))
        : List.of();
  }

  /** For an area: no value of one side among those of the other. */
  public static List<String> ofArea(double area) {
    return area == 0 || area == 1
        ? List.of(
            String.format(
                Locale.ROOT,
                "saturated: AUC %.0f, every forget example scores %s every holdout example, so how"
                    + " far they are apart cannot be told",
                area,
                area == 1 ? "above" : "below"))
        : List.of();
  }
}

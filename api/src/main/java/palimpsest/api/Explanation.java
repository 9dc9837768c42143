package palimpsest.api;

import java.util.List;

/**
 * A number and what it was made from, down to per-example values.
 *
 * @param what how the number came about, such as {@code "harmonic mean of"}
 * @param value the number; always finite
 * @param from its parts, empty for a leaf
 */
public record Explanation(String what, double value, List<Explanation> from) {
  public Explanation {
    from = List.copyOf(from);
    if (!Double.isFinite(value)) {
      throw new Diverged(what + " is not finite: " + value);
    }
  }

  public static Explanation leaf(String what, double value) {
    return new Explanation(what, value, List.of());
  }
}

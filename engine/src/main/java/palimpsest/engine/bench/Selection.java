package palimpsest.engine.bench;

import java.util.Comparator;
import java.util.List;
import palimpsest.api.InvalidRequest;

/** Which candidate of a method is taken, and which methods go on to the smaller forget sets. */
final class Selection {
  /** What is printed under every table. */
  static final String RULE =
      "Of a method's candidates, judged with one seed on the validation part, the one with the"
          + " smallest forgetting gap among those whose utility is at least the floor times the"
          + " original's; if none is, the one with the highest utility, marked as below the floor."
          + " Methods are ranked the same way: those that reach the floor first, by their gap.";

  private static final Comparator<Candidate> BY_GAP =
      Comparator.comparingDouble(Candidate::gap)
          .thenComparing(Comparator.comparingDouble(Candidate::utility).reversed());
  private static final Comparator<Candidate> BY_UTILITY =
      Comparator.comparingDouble(Candidate::utility)
          .reversed()
          .thenComparing(Comparator.comparingDouble(Candidate::gap));

  private Selection() {}

  /** A method with some hyper-parameters, as it did on the validation part. */
  record Candidate(String label, String spec, double utility, double gap) {}

  /**
   * The candidate that was taken.
   *
   * @param reached whether its utility reached the floor
   */
  record Chosen(Candidate candidate, boolean reached) {}

  /**
   * Takes one of a method's candidates, which are not empty.
   *
   * @param least lowest utility accepted
   */
  static Chosen choose(List<Candidate> candidates, double least) {
    List<Candidate> above = candidates.stream().filter(c -> c.utility() >= least).toList();
    return above.isEmpty()
        ? new Chosen(candidates.stream().min(BY_UTILITY).orElseThrow(), false)
        : new Chosen(above.stream().min(BY_GAP).orElseThrow(), true);
  }

  /** The methods to go on with, best first. */
  static List<Chosen> best(List<Chosen> chosen, int most) {
    Comparator<Chosen> order = Comparator.comparing(c -> !c.reached());
    return chosen.stream()
        .sorted(order.thenComparing(Chosen::candidate, BY_GAP))
        .limit(most)
        .toList();
  }

  /** Lowest utility accepted. */
  static double least(double floor, double original) {
    if (!(floor >= 0 && floor <= 1)) {
      throw new InvalidRequest("floor must be between 0 and 1, got " + floor);
    }
    return floor * original;
  }
}

package palimpsest.torch.train;

import java.util.Optional;

/**
 * What a run descends: a loss over its data and perhaps another over companion examples.
 *
 * <pre>L = loss(data) + w loss(companions)</pre>
 *
 * @param loss over the examples that the run goes through
 * @param beside over the companion examples
 */
public record Objective(Loss loss, Optional<Beside> beside) {

  /** A loss over the data alone. */
  public static Objective of(Loss loss) {
    return new Objective(loss, Optional.empty());
  }

  /** A loss over the data, and one over the companions with a weight that stays. */
  public static Objective of(Loss loss, Loss companion, double weight) {
    return new Objective(loss, Optional.of(new Beside(companion, weight, (w, value, epoch) -> w)));
  }

  /**
   * A loss over companion examples.
   *
   * @param loss the loss
   * @param weight w in the first step
   * @param rule what becomes of w
   */
  public record Beside(Loss loss, double weight, WeightRule rule) {}

  /** What becomes of a weight after an optimiser step. */
  @FunctionalInterface
  public interface WeightRule {

    /**
     * The weight of the next step, to be rounded to a float.
     *
     * @param weight of this step
     * @param loss of the companions, over the whole step
     * @param epoch from 0
     */
    double next(double weight, double loss, int epoch);
  }
}

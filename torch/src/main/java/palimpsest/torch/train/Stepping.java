package palimpsest.torch.train;

/**
 * How a step is made of gradients, whatever the loss.
 *
 * @param optimiser moves the weights
 * @param direction makes one gradient of those of the two losses
 */
public record Stepping(Optimiser.Kind optimiser, Direction.Kind direction) {
  public static final Stepping PLAIN = new Stepping(Optimiser.Kind.ADAMW, new Direction.Sum());

  @Override
  public String toString() {
    return optimiser.name().toLowerCase(java.util.Locale.ROOT) + " on " + direction;
  }
}

package palimpsest.methods.diffusion.descent;

/** A run of a method: the gradient of each step; it owns what it remembers. */
@FunctionalInterface
public interface Way extends AutoCloseable {

  /**
   * Back-propagates a step's loss into what is trained, whose gradient is zero before.
   *
   * @param step from 1
   * @return the loss
   */
  double fill(int step);

  @Override
  default void close() {}
}

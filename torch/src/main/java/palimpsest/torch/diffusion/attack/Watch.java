package palimpsest.torch.diffusion.attack;

import palimpsest.api.Interrupted;

/** Sees how an attack goes on and may end it. */
@FunctionalInterface
public interface Watch {
  /** Sees nothing and lets all go on. */
  Watch NONE = at -> true;

  /**
   * How far a search is.
   *
   * @param what is being done, in words
   * @param step that comes, from 1
   * @param steps in all
   * @param loss of the step before, in the search's own unit; infinite before the first
   */
  record At(String what, int step, int steps, double loss) {}

  /** Called before each step; false ends the attack with {@link Interrupted}. */
  boolean goesOn(At at);

  /**
   * Asks.
   *
   * @throws Interrupted if it is to end
   */
  default void ask(At at) {
    if (!goesOn(at)) {
      throw new Interrupted(
          at.what()
              + " was stopped before step "
              + at.step()
              + " of "
              + at.steps()
              + "; attacks keep nothing, so run it again from its start");
    }
  }
}

package palimpsest.torch.diffusion.attack;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import palimpsest.api.InvalidRequest;

/**
 * Cases to choose hyper-parameters on, and cases to be judged on, which share no prompt, no picture
 * and no noise: what was chosen because it worked there says nothing of how well it works.
 *
 * @param tuning to choose on
 * @param test to be judged on
 */
public record CaseSplit(Cases tuning, Cases test) {
  /**
   * Checks that they share nothing but the concept.
   *
   * @throws InvalidRequest if they do, naming what
   */
  public CaseSplit {
    if (!tuning.concept().equals(test.concept())) {
      throw new InvalidRequest(
          "tuning and test must be of one concept, got \""
              + tuning.concept()
              + "\" and \""
              + test.concept()
              + "\"");
    }
    requireApart(tuning.texts(), test.texts(), "prompt");
    requireApart(tuning.pixels(), test.pixels(), "picture");
    requireApart(tuning.noises(), test.noises(), "noise");
  }

  private static <T> void requireApart(Collection<T> some, Collection<T> others, String what) {
    Set<T> common = new HashSet<>(some);
    common.retainAll(new HashSet<>(others));
    if (!common.isEmpty()) {
      T first = common.iterator().next();
      String named = first instanceof ByteBuffer ? "" : ", such as \"" + first + "\"";
      throw new InvalidRequest(
          "tuning and test share "
              + common.size()
              + (common.size() == 1 ? " " + what : " " + what + "s")
              + named
              + "; take each for one of them");
    }
  }
}

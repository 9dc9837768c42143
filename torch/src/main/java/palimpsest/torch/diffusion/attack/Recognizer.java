package palimpsest.torch.diffusion.attack;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Says how likely pictures show the concept: the judge's classifier, of which an attack knows no
 * more.
 */
@FunctionalInterface
public interface Recognizer {

  /**
   * P(concept) of each picture, in [0, 1].
   *
   * @param pictures (B, 3, H, W) in [-1, 1], valid during the call
   * @return B probabilities
   */
  double[] probabilities(Tensor pictures);

  /**
   * The same of pictures that an attack is judged by, so that one who shows them can keep them.
   *
   * @param drawn what they were drawn for
   * @param pictures one for each of its noises
   */
  default double[] underAttack(Drawn drawn, Tensor pictures) {
    return probabilities(pictures);
  }

  /**
   * What pictures were drawn for.
   *
   * @param prompt as a user would give it
   * @param words what was given in its place
   * @param seed of the attack
   * @param noises numbers of the noises, which are drawn with that seed
   */
  record Drawn(String prompt, String words, long seed, List<Long> noises) {
    public Drawn {
      noises = List.copyOf(noises);
    }
  }
}

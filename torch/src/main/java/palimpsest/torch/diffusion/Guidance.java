package palimpsest.torch.diffusion;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.diffusion.schedule.Moment;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;

/** How a denoiser's outputs under several texts become the one that a sampler goes by. */
@FunctionalInterface
public interface Guidance {

  /** Begins a run; what the combination remembers of its steps is the run's. */
  Combination begin(NoiseSchedule schedule);

  /** The combination in a run. */
  @FunctionalInterface
  interface Combination extends AutoCloseable {

    /**
     * One output of several.
     *
     * @param moment whose outputs these are
     * @param outputs of the denoiser for the same image, in the order of the texts, (B, C, H, W)
     * @throws InvalidRequest if they are not as many as it combines
     */
    Tensor combine(Moment moment, List<Tensor> outputs);

    @Override
    default void close() {}
  }

  /** The output under the only text. */
  static Guidance none() {
    return schedule ->
        (moment, outputs) -> {
          requireTexts(outputs, 1, "no guidance");
          return outputs.get(0);
        };
  }

  /**
   * Classifier-free guidance on two texts, the empty one (or a negative prompt) first.
   *
   * <pre>o = o_null + g (o_text - o_null)</pre>
   *
   * <p>It is the same for noise and velocity, being affine in the output at one image.
   *
   * @param scale g, 0 or more: 0 does not hear the text, 1 hears it alone
   * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans 2022</a>
   */
  static Guidance classifierFree(double scale) {
    Check.nonNegative(scale, "guidance scale");
    return schedule ->
        (moment, outputs) -> {
          requireTexts(outputs, 2, "classifier-free guidance");
          return outputs.get(0).lerp(outputs.get(1), new Scalar(scale));
        };
  }

  /** Refuses another number of texts. */
  static void requireTexts(List<Tensor> outputs, int count, String what) {
    if (outputs.size() != count) {
      throw new InvalidRequest(
          what + " combines " + count + " texts, got " + outputs.size() + "; give as many");
    }
  }
}

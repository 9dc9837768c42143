package palimpsest.methods.diffusion.descent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.Generation;
import palimpsest.torch.diffusion.Guidance;

/**
 * Drawing by a denoiser under classifier-free guidance, to the end or to a step on the way.
 *
 * @param steps of the sampler
 * @param guidance g, 0 or more
 */
record Partway(int steps, double guidance) {
  Partway {
    Check.atLeast(steps, 1, "drawSteps");
    Check.nonNegative(guidance, "drawGuidance");
  }

  /**
   * Noisy images of texts at a moment that is drawn for the step, one for all rows, in the caller's
   * scope.
   */
  Noisy drawn(Ground ground, Denoiser by, int step, List<String> texts) {
    int stop = ground.draws().whole(Draws.Use.PARTWAY, step, 1, steps)[0];
    int rows = texts.size();
    int[] t = new int[rows];
    double[] scale = {1};
    Tensor x =
        Scopes.constant(
            () ->
                generation(ground, by)
                    .draw(
                        prompts(ground, texts),
                        ground.draws().images(Draws.Use.PARTWAY, (long) step * rows, rows),
                        (moment, image) -> {
                          Arrays.fill(t, Math.round(moment.timestep()));
                          scale[0] = moment.inputScale();
                          return moment.step() < stop;
                        },
                        ground.model().shape(rows)));
    return new Noisy(scale[0] == 1 ? x : x.mul(new Scalar(scale[0])), t);
  }

  /** Finished images of texts, a batch at a time. */
  List<Captioned> finished(Ground ground, List<String> texts, int batch) {
    List<Captioned> images = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += batch) {
      ground.check("drawing images");
      List<String> some = texts.subList(from, Math.min(texts.size(), from + batch));
      long first = from;
      Scopes.withoutGradient(
          () -> {
            Tensor x =
                generation(ground, ground.start())
                    .draw(
                        prompts(ground, some),
                        ground.draws().images(Draws.Use.PICTURE, first, some.size()),
                        ground.model().shape(some.size()));
            for (int row = 0; row < some.size(); row++) {
              images.add(new Captioned(Captioned.floats(x.narrow(0, row, 1)), some.get(row)));
            }
            return first;
          });
    }
    return images;
  }

  private Generation generation(Ground ground, Denoiser by) {
    return new Generation(by, ground.model().sampler(), steps, Guidance.classifierFree(guidance));
  }

  private static List<Conditioning> prompts(Ground ground, List<String> texts) {
    return List.of(ground.read("", texts.size()), ground.read(texts));
  }
}

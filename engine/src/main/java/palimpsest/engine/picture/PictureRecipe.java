package palimpsest.engine.picture;

import java.util.Map;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.Ddim;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.schedule.Sampler;
import palimpsest.torch.diffusion.train.Denoising;
import palimpsest.torch.train.RunHeader;
import palimpsest.torch.train.Slicing;

/**
 * How a model of pixels is trained: all that, with the pictures, its weights depend on.
 *
 * @param descent how weights are descended; its seed is also that of first weights, timesteps,
 *     noise and dropped captions
 * @param slicing which part of the data comes when
 * @param shape of the model
 * @param dropped share of captions that are dropped so that guidance can be had, in [0, 1)
 * @param average decay of the moving average of the weights, which is the result, in [0, 1)
 * @param prediction what the U-Net's output means; the noise is DDPM's ({@link Betas#ddpm})
 */
public record PictureRecipe(
    Recipe descent,
    Slicing slicing,
    PictureShape shape,
    double dropped,
    double average,
    Prediction prediction) {

  /** Share of captions that are dropped, unless told. */
  public static final double DROPPED = 0.1;

  /** Decay of the moving average, unless told. */
  public static final double AVERAGE = 0.999;

  public PictureRecipe {
    requireShare(dropped, "share of dropped captions");
    requireShare(average, "decay of the moving average");
  }

  private static void requireShare(double value, String what) {
    if (!(value >= 0 && value < 1)) {
      throw new InvalidRequest(what + " must be from 0 to below 1, got " + value);
    }
  }

  /** The same with another seed, of all that is drawn. */
  PictureRecipe withSeed(long seed) {
    return new PictureRecipe(descent.withSeed(seed), slicing, shape, dropped, average, prediction);
  }

  NoiseSchedule schedule() {
    return new NoiseSchedule(Betas.ddpm(), prediction);
  }

  /** The sampler that the model's folder states: DDIM. */
  Sampler sampler() {
    return Ddim.pixels(schedule());
  }

  Denoising.How denoising() {
    return new Denoising.How(schedule(), dropped, average, descent.seed());
  }

  /** The run of so many pictures from such first weights, on this machine. */
  RunHeader header(String start, int pictures) {
    return RunHeader.here(
        Map.of(
            "recipe",
            descent.toString(),
            "slices",
            slicing.toString(),
            "shape",
            shape.toString(),
            "dropped",
            String.valueOf(dropped),
            "average",
            String.valueOf(average),
            "prediction",
            prediction.word(),
            RunHeader.START,
            start,
            "examples",
            String.valueOf(pictures)));
  }
}

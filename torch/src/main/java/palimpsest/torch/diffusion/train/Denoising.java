package palimpsest.torch.diffusion.train;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.SeededNoise;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Slope;

/**
 * The loss of denoising captioned pictures, as a slope.
 *
 * <pre>
 * t ~ U{0, ..., S - 1},  ε ~ N(0, 1),  x_t = √ᾱ_t x + √(1 - ᾱ_t) ε
 * L = mean over examples and pixels of (output(x_t, t, c) - target)²
 * </pre>
 *
 * <p>Where a caption is dropped, c is the empty text, so that the model learns guidance. What is
 * drawn for an example follows from the seed, the step and the example's content alone, so that
 * taking others away changes none of it; of equal examples in one step the draws are equal.
 *
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al. 2020</a>
 * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans 2022, of dropped captions</a>
 */
public final class Denoising implements Slope {
  private final TextToImage model;
  private final List<CaptionedPicture> data;
  private final How how;
  private final MovingAverage average;

  /**
   * How it is trained.
   *
   * @param schedule of the noise
   * @param dropped share of captions that are dropped, in [0, 1)
   * @param average decay of the moving average, in [0, 1)
   * @param seed of all that is drawn
   */
  public record How(NoiseSchedule schedule, double dropped, double average, long seed) {}

  /** Moves the model's weights, which stay the caller's. */
  public Denoising(TextToImage model, List<CaptionedPicture> data, How how) {
    this.model = model;
    this.data = List.copyOf(data);
    this.how = how;
    this.average = new MovingAverage(model.weights(), how.average());
  }

  @Override
  public Weights weights() {
    return model.weights();
  }

  @Override
  public Map<String, Tensor> state() {
    return average.state();
  }

  /** The moving average of the run's weights. */
  public MovingAverage average() {
    return average;
  }

  @Override
  public Filled fill(int step, Course.Planned met) {
    int all = met.parts().stream().mapToInt(part -> part.length).sum();
    double loss = 0;
    for (int[] part : met.parts()) {
      List<CaptionedPicture> rows = Arrays.stream(part).mapToObj(data::get).toList();
      try (PointerScope scope = new PointerScope()) {
        Tensor share = squared(rows, step).mul(new Scalar((double) rows.size() / all));
        loss += share.item_double();
        share.backward();
      }
    }
    return new Filled(loss, 0, all, all);
  }

  /** Mean over rows and pixels, (). */
  private Tensor squared(List<CaptionedPicture> rows, int step) {
    List<Long> keys = rows.stream().map(r -> key(r.content())).toList();
    int[] t = new int[rows.size()];
    float[] times = new float[rows.size()];
    List<int[]> captions = new ArrayList<>();
    for (int row = 0; row < t.length; row++) {
      SplittableRandom random = new SplittableRandom(keys.get(row) ^ how.seed() * 31 + step);
      t[row] = random.nextInt(how.schedule().steps());
      times[row] = t[row];
      boolean drops = random.nextDouble() < how.dropped();
      captions.add(drops ? model.noText() : rows.get(row).caption());
    }
    Tensor clean = model.fold().fold(Pictures.pixels(rows)); // (B, C, H, W)
    Tensor noise = new SeededNoise(how.seed(), keys).draw(step, clean.sizes().vec().get());
    Tensor x = how.schedule().addNoise(clean, noise, t);
    Tensor out = model.unet().predict(x, tensor(times), model.conditioning(Pictures.ids(captions)));
    Tensor gap = out.sub(how.schedule().target(clean, noise, t));
    return gap.mul(gap).mean();
  }

  private static long key(int[] content) {
    return (long) content[0] << 32 ^ (content[1] & 0xffffffffL);
  }

  @Override
  public void moved(Filled filled, Course.Planned met) {
    average.update();
  }

  @Override
  public void close() {
    average.close();
  }
}

package palimpsest.torch.diffusion.attack;

import static org.bytedeco.pytorch.global.torch.mse_loss;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.schedule.SeededNoise;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.diffusion.train.Pictures;

/**
 * Pictures, what noise is added to them and at which timesteps; and the loss of seeing through it.
 *
 * <pre>
 * x_t = √ᾱ_t x + √(1 - ᾱ_t) ε,   L = mean over rows and pixels of (output(x_t, t, c) - target)²
 * </pre>
 *
 * @param rows the pictures
 * @param timesteps of each
 * @param seed of the noise
 * @param step the noise's number, with which that of a row changes
 */
record Noised(List<CaptionedPicture> rows, List<Integer> timesteps, long seed, int step) {
  private static final int FIXED = 16;

  /** As many pictures as a batch has, drawn with their timesteps by seed and step. */
  static Noised drawn(Situation situation, int batch, int step) {
    SplittableRandom random = SeededNoise.stream(situation.seed(), step);
    List<CaptionedPicture> all = situation.cases().pictures();
    List<CaptionedPicture> rows = new ArrayList<>();
    List<Integer> timesteps = new ArrayList<>();
    for (int row = 0; row < batch; row++) {
      rows.add(all.get(random.nextInt(all.size())));
      timesteps.add(random.nextInt(situation.victim().schedule().steps()));
    }
    return new Noised(rows, timesteps, situation.seed(), step);
  }

  /**
   * The same draws whenever asked, for candidates to be compared: 16 rows, or as many as there are
   * pictures, timesteps in the middle of as many equal parts.
   */
  static Noised fixed(Situation situation) {
    List<CaptionedPicture> all = situation.cases().pictures();
    int count = Math.max(FIXED, all.size());
    int steps = situation.victim().schedule().steps();
    List<CaptionedPicture> rows = new ArrayList<>();
    List<Integer> timesteps = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      rows.add(all.get(row % all.size()));
      timesteps.add((int) ((row + 0.5) * steps / count));
    }
    return new Noised(rows, timesteps, situation.seed(), 0);
  }

  /**
   * L, ().
   *
   * @param states of the texts, as many rows as pictures or one for all, (B, T, E)
   */
  Tensor loss(Victim victim, Tensor states) {
    int count = rows.size();
    Tensor clean = victim.drawing().fold().fold(Pictures.pixels(rows)); // (B, C, H, W)
    List<Long> keys = LongStream.range(0, count).boxed().toList();
    Tensor noise = new SeededNoise(seed, keys).draw(step, clean.sizes().vec().get());
    return loss(victim, states, clean, noise);
  }

  /** L of given pictures and noise, (). */
  Tensor loss(Victim victim, Tensor states, Tensor clean, Tensor noise) {
    int count = (int) clean.size(0);
    int[] t = timesteps.stream().mapToInt(i -> i).toArray();
    float[] times = new float[count];
    IntStream.range(0, count).forEach(i -> times[i] = t[i]);
    Tensor x = victim.schedule().addNoise(clean, noise, t);
    Tensor all = states.size(0) == count ? states : states.expand(count, -1, -1);
    Tensor out = victim.denoiser().predict(x, tensor(times), Conditioning.of(all));
    return mse_loss(out, victim.schedule().target(clean, noise, t));
  }
}

package palimpsest.methods.diffusion.descent;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import palimpsest.torch.diffusion.schedule.Noise;
import palimpsest.torch.diffusion.schedule.SeededNoise;

/**
 * Random numbers that follow from a seed, what they are for, the step and the row alone.
 *
 * @param seed of a run
 */
record Draws(long seed) {
  private static final int BITS = 40; // rows and numbers of images are below 2^40

  /** What random numbers are for. */
  enum Use {
    PARTWAY(0),
    PICTURE(1),
    FORGET(2),
    RETAIN(3),
    MASK(4),
    FISHER(5),
    TARGET(6),
    CHOICE(7);

    private final long place;

    Use(long number) {
      this.place = number << BITS;
    }
  }

  /** Standard normal numbers, (B, ...). */
  Tensor normal(Use use, int step, long... shape) {
    return images(use, 0, shape[0]).draw(step, shape);
  }

  /** Noise of images that are numbered from the first on. */
  Noise images(Use use, long first, long count) {
    long from = use.place + first;
    return new SeededNoise(seed, LongStream.range(from, from + count).boxed().toList());
  }

  /** Numbers in [0, 1), (B, ...). */
  Tensor uniform(Use use, int step, long... shape) {
    SplittableRandom random = random(use, step);
    float[] values = new float[Math.toIntExact(LongStream.of(shape).reduce(1, (a, b) -> a * b))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (random.nextInt() >>> 8) * 0x1p-24f;
    }
    return torch.tensor(values).view(shape);
  }

  /** As many whole numbers in [0, bound). */
  int[] whole(Use use, int step, int count, int bound) {
    return random(use, step).ints(count, 0, bound).toArray();
  }

  /** The stream of a use and a step. */
  SplittableRandom random(Use use, int step) {
    return SeededNoise.stream(seed, use.place, step);
  }
}

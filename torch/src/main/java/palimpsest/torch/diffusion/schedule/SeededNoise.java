package palimpsest.torch.diffusion.schedule;

import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;

/**
 * Noise that follows from a seed, the sample's number and the step alone: a sample's picture
 * depends neither on the others of its batch nor on the machine.
 *
 * <p>Each row of each step has a splitmix64 stream of its own; its numbers become normal by
 * Marsaglia's polar method, with {@link StrictMath}'s logarithm.
 *
 * @param seed of all samples
 * @param samples numbers of the samples that are the rows of a batch, in order
 */
public record SeededNoise(long seed, List<Long> samples) implements Noise {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  public SeededNoise {
    samples = List.copyOf(samples);
  }

  /** Noise for the samples {@code first, first + 1, ...}. */
  public static SeededNoise of(long seed, long first, int count) {
    return new SeededNoise(seed, LongStream.range(first, first + count).boxed().toList());
  }

  @Override
  public Tensor draw(int step, long... shape) {
    if (shape.length == 0 || shape[0] != samples.size()) {
      throw new InvalidRequest(
          "noise is for "
              + samples.size()
              + " samples, wanted for "
              + (shape.length == 0 ? 0 : shape[0])
              + "; give as many numbers as rows");
    }
    long size = 1;
    for (int i = 1; i < shape.length; i++) {
      size = Math.multiplyExact(size, shape[i]);
    }
    int row = Math.toIntExact(size);
    float[] values = new float[Math.multiplyExact(row, samples.size())];
    for (int b = 0; b < samples.size(); b++) {
      fill(values, b * row, row, key(samples.get(b), step));
    }
    return Scopes.compute(() -> tensor(values).view(shape));
  }

  private long key(long sample, int step) {
    return mixed(mixed(mixed(seed + GOLDEN) + sample * GOLDEN + 1) + step * GOLDEN + 2);
  }

  /**
   * Uniform numbers for a seed and what they are drawn for: other numbers have another stream, and
   * no stream is another's moved along.
   */
  public static SplittableRandom stream(long seed, long... numbers) {
    long key = mixed(seed + GOLDEN);
    for (int i = 0; i < numbers.length; i++) {
      key = mixed(key + numbers[i] * GOLDEN + i + 1);
    }
    return new SplittableRandom(key);
  }

  private static void fill(float[] values, int from, int count, long key) {
    long state = key;
    for (int at = 0; at < count; at += 2) {
      double u;
      double v;
      double square;
      do {
        state += GOLDEN;
        u = signed(state);
        state += GOLDEN;
        v = signed(state);
        square = u * u + v * v;
      } while (square >= 1 || square == 0);
      double scale = Math.sqrt(-2 * StrictMath.log(square) / square);
      values[from + at] = (float) (u * scale);
      if (at + 1 < count) {
        values[from + at + 1] = (float) (v * scale);
      }
    }
  }

  /** Uniform in [-1, 1). */
  private static double signed(long state) {
    return (mixed(state) >> 11) * 0x1p-52;
  }

  private static long mixed(long state) {
    long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

package palimpsest.torch.llm;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.LlamaConfig;

/**
 * Weights to train from: matrices from N(0, 0.02²), norm gains 1, as transformers begins a Llama.
 *
 * <p>Each tensor has a stream of its own, keyed by seed and name, drawn in Java: the same on every
 * platform and for any order of tensors.
 */
public final class InitialWeights {
  private static final double DEVIATION = 0.02;
  private static final int BLOCK = 1 << 16;

  private InitialWeights() {}

  /** Fresh weights for a configuration; whoever calls closes them. */
  public static Weights draw(LlamaConfig config, long seed) {
    Weights weights = Weights.allocate(config.tensors());
    Scopes.withoutGradient(
        () -> {
          weights.tensors().forEach((name, tensor) -> fill(name, tensor, seed));
          return seed;
        });
    return weights;
  }

  private static void fill(String name, Tensor tensor, long seed) {
    float[] values = new float[(int) tensor.numel()];
    if (tensor.dim() < 2) {
      java.util.Arrays.fill(values, 1);
    } else {
      SplittableRandom random = stream(name, seed);
      for (int i = 0; i < values.length; i += 2) {
        // Box and Muller, by StrictMath so that every platform draws the same
        double radius = DEVIATION * Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        double angle = 2 * Math.PI * random.nextDouble();
        values[i] = (float) (radius * StrictMath.cos(angle));
        if (i + 1 < values.length) {
          values[i + 1] = (float) (radius * StrictMath.sin(angle));
        }
      }
    }
    new FloatPointer(tensor.data_ptr_float()).put(values);
  }

  /**
   * Fills a tensor uniformly from ±bound, the same on every platform.
   *
   * @param name of its stream of numbers
   */
  public static void uniform(Tensor tensor, double bound, String name, long seed) {
    SplittableRandom random = stream(name, seed);
    FloatPointer to = new FloatPointer(tensor.data_ptr_float());
    long size = tensor.numel();
    for (long at = 0; at < size; at += BLOCK) {
      float[] values = new float[(int) Math.min(BLOCK, size - at)];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (bound * (2 * random.nextDouble() - 1));
      }
      to.position(at).put(values);
    }
  }

  private static SplittableRandom stream(String name, long seed) {
    CRC32 key = new CRC32();
    key.update(name.getBytes(StandardCharsets.UTF_8));
    return new SplittableRandom(seed * 31 + key.getValue());
  }
}

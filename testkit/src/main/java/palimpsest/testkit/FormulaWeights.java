package palimpsest.testkit;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;

/**
 * Weights that follow from their names, so that a reference in Python has the same without a file:
 * {@code golden/diffusion/formula.py} writes the same formula.
 *
 * <pre>u = top 24 bits of splitmix64(2³² crc32(name) + k + 1) / 2²⁴, for the k-th value
 * matrices: √(3 / fan-in) (2u - 1); weights of one dimension: 1 + (2u - 1) / 10; others: (2u - 1) / 10
 * </pre>
 */
public final class FormulaWeights {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private FormulaWeights() {}

  /** Fills all of them. */
  public static void fill(Weights weights) {
    Scopes.withoutGradient(
        () -> {
          weights.tensors().forEach(FormulaWeights::fill);
          return weights;
        });
  }

  /** Fills one; name and shape settle all values. */
  public static void fill(String name, Tensor tensor) {
    int size = (int) tensor.numel();
    float[] values = new float[size];
    boolean matrix = tensor.dim() > 1;
    double bound = matrix ? Math.sqrt(3.0 * tensor.size(0) / size) : 0.1;
    double centre = !matrix && name.endsWith("weight") ? 1 : 0;
    for (int k = 0; k < size; k++) {
      values[k] = (float) (centre + bound * (2 * uniform(name, k) - 1));
    }
    new FloatPointer(tensor.data_ptr_float()).put(values);
  }

  /** Values in [0, 1) by name and number. */
  public static double uniform(String name, long k) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    long z = ((crc.getValue() << 32) + k + 1) * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 40) / (double) (1 << 24);
  }
}

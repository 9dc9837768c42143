package palimpsest.torch.diffusion.schedule;

import static org.bytedeco.pytorch.global.torch.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.checkpoint.JsonFile;

/** Inputs and readings that the tests of samplers share; golden/diffusion/schedule has the same. */
public final class Tensors {
  /** Shape of diffusers' own test sample. */
  static final long[] SHAPE = {4, 3, 8, 8};

  /** Noise where none may be drawn. */
  public static final Noise FORBIDDEN =
      (step, shape) -> {
        throw new AssertionError("noise drawn at step " + step);
      };

  /** Noise of the goldens: {@code ((7919 k + 104729 (i + 1)) mod 2003) / 1001 - 1}. */
  static final Noise FORMULA = (step, shape) -> tensor(formula(step, 768)).view(shape);

  private Tensors() {}

  public static JsonNode golden(String file) {
    return JsonFile.read(Path.of("../testkit/golden/diffusion/schedule", file)).get("cases");
  }

  public static float[] formula(int step, int count) {
    float[] values = new float[count];
    for (int k = 0; k < count; k++) {
      values[k] = (float) (((7919L * k + 104729L * (step + 1)) % 2003) / 1001.0 - 1);
    }
    return values;
  }

  /** {@code arange(768) / 768} as (3, 8, 8, 4), permuted to (4, 3, 8, 8). */
  static Tensor sample() {
    return permuted(false);
  }

  /** The same backwards. */
  static Tensor reversed() {
    return permuted(true);
  }

  private static Tensor permuted(boolean backwards) {
    float[] values = new float[768];
    for (int k = 0; k < values.length; k++) {
      values[k] = (backwards ? values.length - 1 - k : k) / 768f;
    }
    return tensor(values).view(3, 8, 8, 4).permute(3, 0, 1, 2).contiguous();
  }

  /** diffusers' test denoiser: {@code x t / (t + 1)}. */
  static Tensor denoised(Tensor x, double t) {
    return x.mul(new Scalar(t / (t + 1)));
  }

  public static float[] values(Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    new FloatPointer(tensor.contiguous().data_ptr_float()).get(values);
    return values;
  }

  static double sum(Tensor tensor) {
    double sum = 0;
    for (float value : values(tensor)) {
      sum += Math.abs(value);
    }
    return sum;
  }

  public static double[] numbers(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).doubleValue();
    }
    return values;
  }
}

package palimpsest.torch.llm;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Diverged;

/**
 * Rounding of weights to 4 bits, NormalFloat: each block of 64 values, in row-major order, is
 * scaled by its largest absolute value to -1..1 and each value replaced by the nearest of {@link
 * #CODE}.
 *
 * <pre>w' = a · nearest(w / a),  a = max |w| of the block</pre>
 *
 * <p>The 16 codes are quantiles of the normal distribution, 0 among them; testkit/golden's {@code
 * make_nf4.py} derives them. Scales stay float32: no double quantization. What is rounded is what
 * bitsandbytes rounds in a Llama: the linear layers of the decoder, neither the embedding nor the
 * head. The weights stay float32 tensors of rounded values: this shows what rounding does to what a
 * model says, not the memory it saves.
 *
 * @see <a href="https://arxiv.org/abs/2305.14314">Dettmers et al. 2023, QLoRA, appendix E</a>
 */
public final class Nf4 {
  static final int BLOCK = 64;

  static final float[] CODE = {
    -1.0f,
    -0.6961928f,
    -0.52507305f,
    -0.3949175f,
    -0.28444138f,
    -0.18477343f,
    -0.091050036f,
    0.0f,
    0.0795803f,
    0.1609302f,
    0.2461123f,
    0.33791524f,
    0.44070983f,
    0.562617f,
    0.72295684f,
    1.0f
  };

  private Nf4() {}

  /** Rounds the matrices of the decoder layers in place. */
  public static void round(Llama model) {
    try (PointerScope scope = new PointerScope()) {
      model
          .weights()
          .tensors()
          .forEach(
              (name, tensor) -> {
                if (name.contains(".layers.") && tensor.dim() == 2) {
                  round(name, tensor);
                }
              });
    }
  }

  private static void round(String name, Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    FloatPointer memory = new FloatPointer(tensor.data_ptr_float());
    memory.get(values);
    try {
      round(values);
    } catch (Diverged e) {
      throw new Diverged(name + ": " + e.getMessage(), e);
    }
    memory.put(values);
  }

  /** Rounds values in place, block by block. */
  static void round(float[] values) {
    for (int from = 0; from < values.length; from += BLOCK) {
      round(values, from, Math.min(values.length, from + BLOCK));
    }
  }

  private static void round(float[] values, int from, int to) {
    float largest = 0;
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(values[i])) {
        throw new Diverged("weight " + i + " is " + values[i] + ": there is nothing to quantize");
      }
      largest = Math.max(largest, Math.abs(values[i]));
    }
    for (int i = from; i < to && largest > 0; i++) {
      values[i] = largest * nearest(values[i] / largest);
    }
  }

  /** The nearest code; of two as near the lower. */
  static float nearest(float scaled) {
    int at = Arrays.binarySearch(CODE, scaled);
    int above = Math.min(CODE.length - 1, at < 0 ? -at - 1 : at);
    int below = Math.max(0, above - 1);
    boolean down = scaled <= (CODE[below] + CODE[above]) / 2;
    return CODE[down ? below : above];
  }
}

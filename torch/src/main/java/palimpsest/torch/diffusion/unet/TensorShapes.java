package palimpsest.torch.diffusion.unet;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names and shapes of parameters, in the order in which they are declared. */
public final class TensorShapes {
  private final Map<String, List<Long>> shapes = new LinkedHashMap<>();

  /** {@code y = x Wᵀ + b}: W (out, in), b (out). */
  public TensorShapes linear(String name, long in, long out) {
    return map(name, in, out).put(name + ".bias", List.of(out));
  }

  /** {@code y = x Wᵀ}: W (out, in). */
  public TensorShapes map(String name, long in, long out) {
    return put(name + ".weight", List.of(out, in));
  }

  /** A convolution of a square kernel: W (out, in, side, side), b (out). */
  public TensorShapes conv(String name, long in, long out, long side) {
    return put(name + ".weight", List.of(out, in, side, side)).put(name + ".bias", List.of(out));
  }

  /** Scale and shift of a normalisation, (width) each. */
  public TensorShapes norm(String name, long width) {
    return put(name + ".weight", List.of(width)).put(name + ".bias", List.of(width));
  }

  private TensorShapes put(String name, List<Long> shape) {
    if (shapes.put(name, shape) != null) {
      throw new IllegalStateException("declared twice: " + name);
    }
    return this;
  }

  /** What was declared; unmodifiable. */
  public Map<String, List<Long>> all() {
    return Collections.unmodifiableMap(shapes);
  }
}

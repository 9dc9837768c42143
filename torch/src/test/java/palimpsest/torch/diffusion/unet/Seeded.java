package palimpsest.torch.diffusion.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import palimpsest.torch.Weights;

/**
 * Parameters as PyTorch's own layers draw them, for the constants of diffusers' tests: they hold
 * for torch.manual_seed, the generator of libtorch and the order in which diffusers makes its
 * modules.
 *
 * <pre>W ~ U(±√3 · √(1/3) / √fan-in),  b ~ U(±1/√fan-in);  normalisations: 1 and 0, nothing drawn
 * </pre>
 */
public final class Seeded {
  private static final String WEIGHT = ".weight";

  private Seeded() {}

  /** Draws the parameters of a part, in its order, from the generator as it stands. */
  public static Weights draw(Part part) {
    TensorShapes shapes = new TensorShapes();
    part.declare(shapes);
    Map<String, Tensor> drawn = new LinkedHashMap<>();
    try (PointerScope scope = new PointerScope()) {
      shapes.all().forEach((name, shape) -> drawn.put(name, draw(shapes.all(), name, shape)));
      return Weights.of(drawn);
    }
  }

  private static Tensor draw(Map<String, List<Long>> all, String name, List<Long> shape) {
    boolean scale = name.endsWith(WEIGHT);
    String stem = name.substring(0, name.lastIndexOf('.'));
    List<Long> weight = all.get(stem + WEIGHT);
    Tensor t = torch.empty(shape.stream().mapToLong(l -> l).toArray());
    if (weight.size() == 1) {
      return scale ? t.zero_().add_(new Scalar(1)) : t.zero_();
    }
    double fanIn = weight.stream().skip(1).mapToLong(l -> l).reduce(1, Math::multiplyExact);
    double bound =
        scale ? Math.sqrt(3) * (Math.sqrt(2.0 / 6) / Math.sqrt(fanIn)) : 1 / Math.sqrt(fanIn);
    return t.uniform_(-bound, bound, new GeneratorOptional());
  }

  /** Compares the last channel's last 3 x 3 places of the first image. */
  public static void requireLast(Tensor image, double... expected) {
    long rows = image.size(2);
    long columns = image.size(3);
    FloatPointer found =
        image
            .select(0, 0)
            .select(0, image.size(1) - 1)
            .narrow(0, rows - 3, 3)
            .narrow(1, columns - 3, 3)
            .contiguous()
            .data_ptr_float();
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found.get(i)).isCloseTo(expected[i], within(1e-4));
    }
  }
}

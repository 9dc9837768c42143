package palimpsest.torch.diffusion.schedule;

import java.util.Map;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;

/**
 * Whether predicted clean images are clipped, as pixels are and latents are not.
 *
 * @param range largest magnitude, positive; empty where nothing is clipped
 */
public record Clipping(OptionalDouble range) {
  /** Latents: nothing is clipped. */
  public static final Clipping NONE = new Clipping(OptionalDouble.empty());

  /** Pixels, to [-1, 1]. */
  public static final Clipping PIXELS = new Clipping(OptionalDouble.of(1));

  public Clipping {
    range.ifPresent(value -> Check.positive(value, "clip_sample_range"));
  }

  /** Clipped, or as it is. */
  Tensor apply(Tensor clean) {
    if (range.isEmpty()) {
      return clean;
    }
    Scalar most = new Scalar(range.getAsDouble());
    Scalar least = new Scalar(-range.getAsDouble());
    return clean.clamp(new ScalarOptional(least), new ScalarOptional(most));
  }

  static Clipping read(SchedulerFields fields) {
    double range = fields.number("clip_sample_range", 1);
    return fields.flag("clip_sample", true) ? new Clipping(OptionalDouble.of(range)) : NONE;
  }

  void write(Map<String, Object> fields) {
    fields.put("clip_sample", range.isPresent());
    range.ifPresent(value -> fields.put("clip_sample_range", value));
  }
}

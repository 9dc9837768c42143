package palimpsest.torch.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A model of one layer whose weights count up in quarters. */
final class TinyCheckpoint {
  static final LlamaConfig TINY = LlamaConfig.plain(12, 8, 6, 1, 2, 1, 16, true);

  private TinyCheckpoint() {}

  static Map<String, Tensor> weights(LlamaConfig config) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    config
        .tensors()
        .forEach(
            (name, shape) -> {
              long[] sizes = shape.stream().mapToLong(n -> n).toArray();
              Tensor numbers = torch.arange(new Scalar((float) torch.empty(sizes).numel()));
              weights.put(name, numbers.mul(new Scalar(0.25f)).reshape(sizes));
            });
    return weights;
  }
}

package palimpsest.torch.diffusion.text;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.llm.InitialWeights;

/**
 * Weights to train a text encoder from, with the deviations of CLIP: embeddings 0.02; attention
 * {@code E^-½ (2L)^-½}, its output {@code E^-½}; MLP {@code (2E)^-½} in and {@code E^-½ (2L)^-½}
 * out; projection {@code E^-½}. Norms are 1, biases 0.
 *
 * <p>Drawn uniformly, so with bounds of √3 deviations, from a stream for each name: the same on
 * every platform.
 */
public final class InitialClipText {
  private static final double EMBEDDING = 0.02;

  private InitialClipText() {}

  /** Fresh weights for a configuration; whoever calls closes them. */
  public static Weights draw(ClipTextConfig config, long seed) {
    Weights weights = Weights.allocate(config.tensors());
    Scopes.withoutGradient(
        () -> {
          for (Map.Entry<String, Tensor> each : weights.tensors().entrySet()) {
            fill(each.getKey(), each.getValue(), config, seed);
          }
          return weights;
        });
    return weights;
  }

  private static void fill(String name, Tensor tensor, ClipTextConfig config, long seed) {
    if (tensor.dim() > 1) {
      InitialWeights.uniform(tensor, Math.sqrt(3) * deviation(name, config), name, seed);
    } else if (name.endsWith(".weight")) {
      tensor.fill_(new Scalar(1.0));
    } else {
      tensor.zero_();
    }
  }

  private static double deviation(String name, ClipTextConfig config) {
    double width = 1 / Math.sqrt(config.hiddenSize());
    double deep = width / Math.sqrt(2.0 * config.layers());
    if (name.contains("embedding")) {
      return EMBEDDING;
    }
    if (name.contains("out_proj") || name.equals(ClipTextConfig.PROJECTION)) {
      return width;
    }
    return name.contains("fc1") ? width / Math.sqrt(2) : deep;
  }
}

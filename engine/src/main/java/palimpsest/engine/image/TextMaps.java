package palimpsest.engine.image;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;
import palimpsest.methods.diffusion.Gram;
import palimpsest.methods.diffusion.Matrix;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.TextMap;
import palimpsest.torch.diffusion.checkpoint.Component;
import palimpsest.torch.diffusion.unet.UNetConfig;

/**
 * The maps by which text enters the denoiser of a checkpoint, W_i; one is in memory at a time, and
 * nothing else of the denoiser is read.
 */
final class TextMaps {
  private final Component unet;
  private final Set<String> names;
  private final int width;

  /**
   * Finds them by the configuration.
   *
   * @param where what messages call it
   * @throws CorruptArtifact if one is not there or has another shape
   */
  TextMaps(Component unet, String where) {
    this.unet = unet;
    UNetConfig config = UNetConfig.of(unet.config(), where);
    width = config.textWidth();
    names = new LinkedHashSet<>();
    Map<String, List<Long>> wanted = config.tensors();
    Map<String, List<Long>> there = unet.shapes();
    for (TextMap map : config.textMaps()) {
      names.add(map.weight());
      List<Long> got = there.get(map.weight());
      if (!wanted.getOrDefault(map.weight(), List.of()).equals(got)) {
        throw new CorruptArtifact(
            where
                + ": tensor "
                + map.weight()
                + (got == null ? " is missing" : " has shape " + got)
                + ", wanted "
                + wanted.get(map.weight()));
      }
    }
    if (names.isEmpty()) {
      throw new UnsupportedModel(where + ": text enters this denoiser nowhere; nothing to edit");
    }
  }

  /** Names of their weights, in the network's order. */
  Set<String> names() {
    return names;
  }

  /** Width of the text states, E. */
  int width() {
    return width;
  }

  /** How many numbers their weights are. */
  long numbers() {
    Map<String, List<Long>> shapes = unet.shapes();
    return names.stream()
        .mapToLong(
            name -> shapes.getOrDefault(name, List.of(0L)).stream().reduce(1L, Math::multiplyExact))
        .sum();
  }

  /** {@code Σ W_iᵀ W_i}, (E, E), summed in one order. */
  Matrix gram() {
    Gram gram = new Gram(width);
    for (String name : names) {
      try (Weights weight = unet.some(List.of(name))) {
        gram.add(weight.tensor(name));
      }
    }
    return gram.matrix();
  }

  /** {@code Σ |W_i x|²} of each row x of (N, E). */
  double[] energies(Matrix rows) {
    double[] sums = new double[rows.rows()];
    for (String name : names) {
      try (Weights weight = unet.some(List.of(name))) {
        double[] some =
            Scopes.withoutGradient(() -> energies(rows.tensor(), weight.tensor(name)).values());
        for (int i = 0; i < sums.length; i++) {
          sums[i] += some[i];
        }
      }
    }
    return sums;
  }

  private static Matrix energies(Tensor rows, Tensor weight) {
    Tensor outputs = rows.matmul(weight.to(ScalarType.Double).t()); // (N, D)
    return Matrix.of(outputs.pow(new Scalar(2L)).sum(1)); // (1, N)
  }
}

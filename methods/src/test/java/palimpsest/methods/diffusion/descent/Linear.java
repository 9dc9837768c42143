package palimpsest.methods.diffusion.descent;

import static org.bytedeco.pytorch.global.torch.full;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.TextMap;

/** {@code o = a x + b s}, s the mean of the text's states: every loss of it can be worked out. */
record Linear(Weights weights) implements Denoiser {
  static Linear of(double a, double b) {
    Weights weights = Weights.allocate(Map.of("a", List.of(1L), "b", List.of(1L)));
    try (AutoGradMode off = new AutoGradMode(false)) {
      weights.tensor("a").fill_(new Scalar(a));
      weights.tensor("b").fill_(new Scalar(b));
    }
    weights.gradient();
    return new Linear(weights);
  }

  /** A text whose states are all s. */
  static Conditioning text(double s) {
    return Conditioning.of(full(new long[] {1, 2, 3}, new Scalar(s)));
  }

  /** An image of 1 x 1 x 2 values that are all x. */
  static Tensor image(double x) {
    return full(new long[] {1, 1, 1, 2}, new Scalar(x));
  }

  double gradient(String name) {
    return weights.tensor(name).grad().item_double();
  }

  @Override
  public Tensor predict(Tensor x, Tensor timesteps, Conditioning text) {
    Tensor s = text.states().mean(new long[] {1, 2}).view(-1, 1, 1, 1);
    return x.mul(weights.tensor("a")).add(s.mul(weights.tensor("b")));
  }

  @Override
  public List<TextMap> textMaps() {
    return List.of();
  }

  @Override
  public void close() {
    weights.close();
  }
}

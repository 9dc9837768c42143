package palimpsest.torch.diffusion.attack;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.TextMap;
import palimpsest.torch.diffusion.train.Pictures;

/**
 * Sees a left or a right bar through any noise, as the text says.
 *
 * <pre>x_0 = p L + (1 - p) R,   p = σ(6 (s̄ - m)·w / (w·w)),   s̄ the mean state</pre>
 *
 * <p>w is what the mean states of "left bar" and "right bar" differ by and m their middle, so that
 * p is σ(3) for the one and σ(-3) for the other.
 */
final class BarDenoiser implements Denoiser {
  private final Weights weights;

  /**
   * A new one.
   *
   * @param knowsLeft where false, L is a right bar too
   */
  BarDenoiser(Bars bars, boolean knowsLeft) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor left = mean(state(bars, "left bar"));
      Tensor right = mean(state(bars, "right bar"));
      Map<String, Tensor> parts = new LinkedHashMap<>();
      parts.put("left", Pictures.pixels(bars.pictures(knowsLeft, 0, 1)));
      parts.put("right", Pictures.pixels(bars.pictures(false, 0, 1)));
      parts.put("ear", left.sub(right));
      parts.put("middle", left.add(right).div(new Scalar(2.0)));
      weights = Weights.of(parts);
    }
  }

  private static Tensor state(Bars bars, String prompt) {
    return bars.text.encode(Pictures.ids(List.of(bars.tokenizer.encode(prompt)))).last();
  }

  private static Tensor mean(Tensor states) {
    return states.mean(new long[] {1}); // (B, E)
  }

  @Override
  public Tensor predict(Tensor x, Tensor timesteps, Conditioning text) {
    return Scopes.compute(
        () -> {
          Tensor ear = weights.tensor("ear"); // (1, E)
          Tensor heard = mean(text.states()).sub(weights.tensor("middle")).mul(ear).sum(1);
          Tensor p = heard.div(ear.square().sum()).mul(new Scalar(6.0)).sigmoid(); // (B)
          Tensor left = p.view(-1, 1, 1, 1);
          Tensor rest = weights.tensor("left").sub(weights.tensor("right")).mul(left);
          return weights.tensor("right").add(rest);
        });
  }

  @Override
  public Weights weights() {
    return weights;
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

package palimpsest.torch.diffusion.unet;

import static org.bytedeco.pytorch.global.torch.gelu;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;

/**
 * Self-attention, cross-attention and a gated feed-forward, each added to the stream.
 *
 * <pre>x += attn1(n₁ x, n₁ x);  x += attn2(n₂ x, text);  x += W₂ (a · gelu(g)), (a, g) = W₁ n₃ x
 * </pre>
 *
 * @param name such as {@code mid_block.attentions.0.transformer_blocks.0}
 * @param width of the stream
 * @param heads of both attentions
 * @param textWidth E, 0 for no cross-attention
 * @see <a href="https://arxiv.org/abs/2002.05202">Shazeer 2020</a> for the gated feed-forward
 */
public record TransformerBlock(String name, int width, int heads, int textWidth) implements Part {
  private static final int WIDENING = 4;

  private Attention self() {
    return new Attention(name + ".attn1", width, width, heads, false);
  }

  /** The attention by which text enters. */
  public Optional<Attention> cross() {
    return textWidth == 0
        ? Optional.empty()
        : Optional.of(new Attention(name + ".attn2", width, textWidth, heads, false));
  }

  @Override
  public void declare(TensorShapes shapes) {
    shapes.norm(name + ".norm1", width);
    self().declare(shapes);
    cross()
        .ifPresent(
            attention -> {
              shapes.norm(name + ".norm2", width);
              attention.declare(shapes);
            });
    long inner = (long) WIDENING * width;
    shapes.norm(name + ".norm3", width);
    shapes
        .linear(name + ".ff.net.0.proj", width, 2 * inner)
        .linear(name + ".ff.net.2", inner, width);
  }

  /** (B, L, width) to (B, L, width). */
  public Tensor forward(Layers layers, Tensor x, Cues cues) {
    return Scopes.compute(
        () -> {
          Tensor own = layers.layerNorm(x, name + ".norm1");
          Tensor h = Layers.sum(x, self().forward(layers, own, own)); // (B, L, width)
          if (textWidth > 0) {
            h = Layers.sum(h, cross(layers, h, cues));
          }
          return Layers.sum(h, feedForward(layers, layers.layerNorm(h, name + ".norm3")));
        });
  }

  private Tensor cross(Layers layers, Tensor h, Cues cues) {
    Tensor asking = layers.layerNorm(h, name + ".norm2");
    Attention attention = cross().orElseThrow();
    return attention.forward(layers, asking, cues.text().orElse(asking));
  }

  private Tensor feedForward(Layers layers, Tensor x) {
    Tensor both = layers.linear(x, name + ".ff.net.0.proj"); // (B, L, 8 width)
    long inner = (long) WIDENING * width;
    Tensor a = both.narrow(2, 0, inner);
    Tensor gate = gelu(both.narrow(2, inner, inner)); // (B, L, 4 width)
    return layers.linear(gate.mul(a), name + ".ff.net.2"); // (B, L, width)
  }
}

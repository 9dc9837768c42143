package palimpsest.torch.diffusion.unet;

import org.bytedeco.pytorch.Tensor;

/**
 * Attention of several heads: {@code W_o [softmax(Q Kᵀ / √K) V] + b_o}.
 *
 * @param name such as {@code down_blocks.0.attentions.0.transformer_blocks.0.attn2}
 * @param width of what asks and of the result, a multiple of {@code heads}
 * @param source width of what is looked at
 * @param heads N
 * @param biased whether queries, keys and values have biases
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017</a>
 */
public record Attention(String name, int width, int source, int heads, boolean biased)
    implements Part {

  /** Name of the weight that makes keys. */
  public String keys() {
    return name + ".to_k.weight";
  }

  /** Name of the weight that makes values. */
  public String values() {
    return name + ".to_v.weight";
  }

  @Override
  public void declare(TensorShapes shapes) {
    declare(shapes, name + ".to_q", width);
    declare(shapes, name + ".to_k", source);
    declare(shapes, name + ".to_v", source);
    shapes.linear(name + ".to_out.0", width, width);
  }

  private void declare(TensorShapes shapes, String map, int in) {
    if (biased) {
      shapes.linear(map, in, width);
    } else {
      shapes.map(map, in, width);
    }
  }

  /**
   * What {@code x} finds in {@code seen}.
   *
   * @param x (B, L, width)
   * @param seen (B, T, source)
   * @return (B, L, width)
   */
  public Tensor forward(Layers layers, Tensor x, Tensor seen) {
    Tensor q = split(layers.linear(x, name + ".to_q")); // (B, N, L, K)
    Tensor k = split(layers.linear(seen, name + ".to_k")); // (B, N, T, K)
    Tensor v = split(layers.linear(seen, name + ".to_v")); // (B, N, T, K)
    Tensor found = layers.attend(name, q, k, v); // (B, N, L, K)
    Tensor joined = found.transpose(1, 2).reshape(x.size(0), x.size(1), width); // (B, L, N K)
    return layers.linear(joined, name + ".to_out.0"); // (B, L, width)
  }

  private Tensor split(Tensor x) {
    return x.view(x.size(0), x.size(1), heads, width / heads).transpose(1, 2);
  }
}

package palimpsest.torch.diffusion.text;

import static org.bytedeco.pytorch.global.torch.embedding;
import static org.bytedeco.pytorch.global.torch.gelu;
import static org.bytedeco.pytorch.global.torch.layer_norm;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;
import static org.bytedeco.pytorch.global.torch.where;
import static palimpsest.torch.diffusion.text.ClipTextConfig.LEGACY_EOS;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;

/**
 * CLIP's text encoder in float32: a causal transformer with learned positions and norms before each
 * part.
 *
 * <pre>x₀ = token + position
 * a = x + Wₒ attention(LN₁ x),  x' = a + W₂ act(W₁ LN₂ a)
 * last = LN x_L,  pooled = last at the end token,  projected = W pooled</pre>
 *
 * <p>Tensor names are those of Hugging Face checkpoints. Gradients reach the weights and token
 * embeddings alike: {@link #states} takes embeddings that need not be rows of the vocabulary.
 * Attention dropout, which a config may name, is never applied.
 *
 * @see <a href="https://arxiv.org/abs/2103.00020">Radford et al. 2021</a>
 */
public final class ClipText implements AutoCloseable {
  private static final double QUICK = 1.702;

  private final ClipTextConfig config;
  private final Weights weights;

  /** Takes ownership of the weights, whose names and shapes are those of the configuration. */
  public ClipText(ClipTextConfig config, Weights weights) {
    this.config = config;
    this.weights = weights;
  }

  public ClipTextConfig config() {
    return config;
  }

  public Weights weights() {
    return weights;
  }

  /** An independent copy. */
  public ClipText copy() {
    return new ClipText(config, weights.copy());
  }

  /**
   * States of tokens.
   *
   * @param ids (B, T), int64, each below the vocabulary's size; T at most {@code maxPositions}
   * @throws InvalidRequest if the texts are too long
   */
  public TextStates encode(Tensor ids) {
    return states(embed(ids));
  }

  /** Embeddings of tokens, without positions, (B, T) to (B, T, E). */
  public Tensor embed(Tensor ids) {
    return embedding(w(ClipTextConfig.TOKENS), ids);
  }

  /**
   * Embeddings of tokens of which some are not of the vocabulary: id {@code vocabSize + i} is row i
   * of {@code added}, which gradients reach.
   *
   * @param ids (B, T), int64
   * @param added (A, E)
   * @return (B, T, E)
   * @see <a href="https://arxiv.org/abs/2208.01618">Gal et al. 2022, textual inversion</a>
   */
  public Tensor embed(Tensor ids, Tensor added) {
    return Scopes.compute(
        () -> {
          Tensor beyond = ids.sub(new Scalar(config.vocabSize())); // (B, T)
          Tensor own = embed(ids.clamp_max(new Scalar(config.vocabSize() - 1L)));
          Tensor other = embedding(added, beyond.clamp_min(new Scalar(0L)));
          return where(beyond.ge(new Scalar(0L)).unsqueeze(2), other, own); // (B, T, E)
        });
  }

  /**
   * States of embedded tokens.
   *
   * @param embedded without positions, (B, T, E); T at most {@code maxPositions}
   * @throws InvalidRequest if the texts are too long
   */
  public TextStates states(Tensor embedded) {
    long length = embedded.size(1);
    if (length > config.maxPositions()) {
      throw new InvalidRequest(
          "texts of "
              + length
              + " tokens, the encoder takes at most "
              + config.maxPositions()
              + "; cut the texts");
    }
    List<Tensor> hidden = new ArrayList<>();
    hidden.add(embedded.add(w(ClipTextConfig.POSITIONS).narrow(0, 0, length))); // (B, T, E)
    for (int i = 0; i < config.layers(); i++) {
      int layer = i;
      hidden.add(Scopes.compute(() -> through(layer, hidden.get(layer)))); // (B, T, E)
    }
    return new TextStates(hidden, normed(hidden.get(config.layers())));
  }

  /**
   * The final norm, for hidden states that are read as if they were the last (diffusers' {@code
   * clip_skip}), (B, T, E) to (B, T, E).
   */
  public Tensor normed(Tensor hidden) {
    return norm(hidden, ClipTextConfig.FINAL_NORM);
  }

  /**
   * Where each text is pooled: the first end token, or in models of old files the highest id of the
   * vocabulary. Ids beyond the vocabulary count for nothing.
   *
   * @param ids (B, T), int64
   * @return (B), int64
   * @throws InvalidRequest if a text has no end token
   */
  public Tensor ends(Tensor ids) {
    return Scopes.constant(
        () -> {
          if (config.eos() == LEGACY_EOS) {
            Tensor beyond = ids.ge(new Scalar(config.vocabSize()));
            return ids.masked_fill(beyond, new Scalar(0L)).argmax(new LongOptional(1), false);
          }
          Tensor found = ids.eq(new Scalar(config.eos())); // (B, T)
          if (!found.any(1).all().item_bool()) {
            throw new InvalidRequest(
                "a text without the end token "
                    + config.eos()
                    + " cannot be pooled; encode it with the encoder's own tokenizer");
          }
          return found.to(ScalarType.Int).argmax(new LongOptional(1), false); // the first of equals
        });
  }

  /**
   * States of the end tokens.
   *
   * @param last after the final norm, (B, T, E)
   * @param ends of {@link #ends}, (B)
   * @return (B, E)
   */
  public Tensor pooled(Tensor last, Tensor ends) {
    return Scopes.compute(
        () -> {
          Tensor at = ends.view(-1, 1, 1).expand(last.size(0), 1, last.size(2));
          return last.gather(1, at).squeeze(1); // (B, E)
        });
  }

  /**
   * Pooled states on the space that texts share with images, not normalised, (B, E) to (B, P).
   *
   * @throws IllegalStateException if the encoder has no projection
   */
  public Tensor projected(Tensor pooled) {
    if (config.projection().isEmpty()) {
      throw new IllegalStateException("a CLIPTextModel has no projection");
    }
    return linear(pooled, w(ClipTextConfig.PROJECTION));
  }

  /** One layer, (B, T, E) to (B, T, E). */
  private Tensor through(int layer, Tensor x) {
    String at = ClipTextConfig.at(layer);
    Tensor attended = x.add(attention(norm(x, at + "layer_norm1"), at + "self_attn."));
    Tensor inner = activated(map(norm(attended, at + "layer_norm2"), at + "mlp.fc1"));
    return attended.add(map(inner, at + "mlp.fc2"));
  }

  private Tensor activated(Tensor x) {
    return switch (config.activation()) {
      case QUICK_GELU -> x.mul(x.mul(new Scalar(QUICK)).sigmoid());
      case GELU -> gelu(x);
    };
  }

  /** Every token looks at itself and those before it. */
  private Tensor attention(Tensor x, String at) {
    Tensor q = heads(x, at + "q_proj"); // (B, N, T, K)
    Tensor k = heads(x, at + "k_proj");
    Tensor v = heads(x, at + "v_proj");
    Tensor o =
        scaled_dot_product_attention(
            q, k, v, new TensorOptional(), 0.0, true, new DoubleOptional(), false);
    Tensor joined = o.transpose(1, 2).reshape(x.size(0), x.size(1), x.size(2)); // (B, T, E)
    return map(joined, at + "out_proj");
  }

  private Tensor heads(Tensor x, String name) {
    return map(x, name).view(x.size(0), x.size(1), config.heads(), -1).transpose(1, 2);
  }

  private Tensor map(Tensor x, String name) {
    return linear(x, w(name + ".weight"), new TensorOptional(w(name + ".bias")));
  }

  private Tensor norm(Tensor x, String name) {
    return layer_norm(
        x,
        new long[] {config.hiddenSize()},
        new TensorOptional(w(name + ".weight")),
        new TensorOptional(w(name + ".bias")),
        config.layerNormEps(),
        false);
  }

  private Tensor w(String name) {
    return weights.tensor(name);
  }

  @Override
  public void close() {
    weights.close();
  }
}

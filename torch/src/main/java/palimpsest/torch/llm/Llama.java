package palimpsest.torch.llm;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.embedding;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.rms_norm;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;
import static org.bytedeco.pytorch.global.torch.silu;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.LlamaConfig;

/**
 * The Llama architecture in float32: RMSNorm, rotary embeddings, grouped-query attention, SwiGLU, a
 * tied or untied head.
 *
 * <p>Tensor names are those of Hugging Face checkpoints. The head is applied to label positions
 * only, never to prompts or padding.
 *
 * @see <a href="https://arxiv.org/abs/2407.21783">The Llama 3 Herd of Models, 2024</a>
 */
public final class Llama implements CausalLm {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private final LlamaConfig config;
  private final Weights weights;
  private final Rope rope;
  private final @Nullable Adapter adapter;
  private final @Nullable GradientTape tape;

  /** Takes ownership of the weights, whose names and shapes are those of the configuration. */
  public Llama(LlamaConfig config, Weights weights) {
    this.config = config;
    this.weights = weights;
    this.rope = new Rope(config);
    this.adapter = null;
    this.tape = null;
  }

  private Llama(Llama base, @Nullable Adapter adapter, @Nullable GradientTape tape) {
    this.config = base.config;
    this.weights = base.weights;
    this.rope = base.rope;
    this.adapter = adapter;
    this.tape = tape;
  }

  /**
   * This model with some parameters overlaid: what is trained is the adapter, and this model stays
   * as it is. The result shares its parameters and need not be closed.
   */
  public Llama with(Adapter overlay) {
    return new Llama(this, overlay, null);
  }

  /**
   * This model as it writes down what its parameters are given, which have no gradient of their own
   * then. The result shares its parameters and need not be closed.
   *
   * @throws IllegalStateException if an adapter lies over it
   */
  Llama with(GradientTape written) {
    if (adapter != null) {
      throw new IllegalStateException("an adapter's parameters are not written down");
    }
    return new Llama(this, null, written);
  }

  public LlamaConfig config() {
    return config;
  }

  @Override
  public Weights weights() {
    return adapter == null ? weights : adapter.weights();
  }

  @Override
  public int layers() {
    return config.layers();
  }

  /** An independent copy. */
  public Llama copy() {
    return new Llama(config, weights.copy());
  }

  /**
   * An independent copy of the first layers with the embedding, the final norm and the head.
   *
   * @param first how many layers, from 1
   * @throws InvalidRequest if the model has fewer
   */
  public Llama copy(int first) {
    if (first < 1 || first > config.layers()) {
      throw new InvalidRequest(
          "layers must be from 1 to the model's " + config.layers() + ", got " + first);
    }
    LlamaConfig shorter = config.withLayers(first);
    Map<String, Tensor> kept = new LinkedHashMap<>(weights.tensors());
    kept.keySet().retainAll(shorter.tensors().keySet());
    return new Llama(shorter, Weights.of(kept));
  }

  /**
   * Next-token logits at every position.
   *
   * @param ids (B * T) row by row
   * @return (B, T, V)
   */
  public Tensor logits(long[] ids, int rows, int width) {
    return head(hidden(tensor(ids).view(rows, width))); // (B, T, V)
  }

  @Override
  public Tensor labelLogits(TokenBatch batch) {
    return head(rows(hidden(ids(batch)), batch.positions())); // (L, V)
  }

  @Override
  public Tensor labelStates(TokenBatch batch, int layer) {
    long[] own = Arrays.stream(batch.positions()).map(p -> p + 1).toArray();
    return rows(through(embed(ids(batch)), null, layer + 1), own); // (L, E)
  }

  /** Hidden states of the last tokens of the prompts after a decoder layer, (B, E). */
  public Tensor promptStates(TokenBatch batch, int layer) {
    return rows(through(embed(ids(batch)), null, layer + 1), batch.promptEnds()); // (B, E)
  }

  /** What a layer's {@code mlp.down_proj} is given at every token of the prompts, (P, FFN). */
  public Tensor promptGates(TokenBatch batch, int layer) {
    Tensor x = through(embed(ids(batch)), null, layer); // (B, T, E)
    Tensor after = attended(layer, x, pass(batch.width(), null)); // (B, T, E)
    return gated(layer, rows(after, batch.promptPositions())); // (P, FFN)
  }

  private static Tensor ids(TokenBatch batch) {
    return tensor(batch.ids()).view(batch.rows(), batch.width()); // (B, T)
  }

  /** Some positions of all rows, (B, T, E) to (L, E). */
  Tensor rows(Tensor h, long[] positions) {
    return h.view(-1, config.hiddenSize()).index_select(0, tensor(positions));
  }

  @Override
  public Tensor tokenLogProb(TokenBatch batch) {
    Tensor z = labelLogits(batch); // (L, V)
    Tensor none = new Tensor();
    return cross_entropy_loss(
            z, tensor(batch.labels()), new TensorOptional(none), NO_REDUCTION, -100, 0)
        .neg(); // (L)
  }

  /** Last hidden states, before the head, (B, T) to (B, T, E). */
  private Tensor hidden(Tensor ids) {
    return hiddenOf(embed(ids), null);
  }

  /** Embeddings of tokens, (B, T) to (B, T, E). */
  Tensor embed(Tensor ids) {
    Tensor y = embedding(w(EMBEDDING), ids);
    return tape == null ? y : tape.embedded(EMBEDDING, ids, y);
  }

  /**
   * Last hidden states of tokens that are already embedded.
   *
   * @param embedded (B, T, E)
   * @param cache keys and values of the tokens before these, or null for a causal pass from 0
   * @return (B, T, E)
   */
  Tensor hiddenOf(Tensor embedded, @Nullable KeyValueCache cache) {
    return norm(through(embedded, cache, config.layers()), "model.norm.weight");
  }

  /** Hidden states after the first {@code layers} decoder layers, (B, T, E). */
  private Tensor through(Tensor embedded, @Nullable KeyValueCache cache, int layers) {
    Tensor x = embedded; // (B, T, E)
    int width = (int) x.size(1);
    Pass pass = pass(width, cache);
    for (int layer = 0; layer < layers; layer++) {
      x = attended(layer, x, pass);
      x = x.add(project(gated(layer, x), at(layer) + "mlp.down_proj.weight"));
    }
    return x;
  }

  private static String at(int layer) {
    return "model.layers." + layer + ".";
  }

  /** x and what attention adds to it, (B, T, E). */
  private Tensor attended(int layer, Tensor x, Pass pass) {
    return x.add(attention(layer, norm(x, at(layer) + "input_layernorm.weight"), pass));
  }

  /** silu(gate) up, (..., E) to (..., FFN). */
  private Tensor gated(int layer, Tensor x) {
    Tensor h = norm(x, at(layer) + "post_attention_layernorm.weight");
    Tensor gate = silu(project(h, at(layer) + "mlp.gate_proj.weight"));
    return gate.mul(project(h, at(layer) + "mlp.up_proj.weight"));
  }

  /** What all layers of a pass share: cosines and sines of its positions, and where it may look. */
  private record Pass(
      Tensor cos, Tensor sin, @Nullable KeyValueCache cache, @Nullable Tensor mask) {}

  private Pass pass(int width, @Nullable KeyValueCache cache) {
    return cache == null
        ? new Pass(
            rope.cos(width).narrow(0, 0, width), rope.sin(width).narrow(0, 0, width), null, null)
        : new Pass(cache.cos(rope, width), cache.sin(rope, width), cache, cache.mask(width));
  }

  private Tensor attention(int layer, Tensor x, Pass pass) {
    String at = at(layer) + "self_attn.";
    Tensor q = rotate(heads(x, at + "q_proj.weight"), pass.cos, pass.sin); // (B, N, T, K)
    Tensor k = rotate(heads(x, at + "k_proj.weight"), pass.cos, pass.sin); // (B, N_kv, T, K)
    Tensor v = heads(x, at + "v_proj.weight"); // (B, N_kv, T, K)
    Tensor o = // (B, N, T, K)
        pass.cache == null || pass.mask == null
            ? attend(q, k, v, new TensorOptional(), true)
            : pass.cache.attend(layer, q, k, v, pass.mask);
    Tensor joined = o.transpose(1, 2).reshape(x.size(0), x.size(1), -1); // (B, T, N*K)
    return project(joined, at + "o_proj.weight"); // (B, T, E)
  }

  static Tensor attend(Tensor q, Tensor k, Tensor v, TensorOptional mask, boolean causal) {
    boolean grouped = q.size(1) != k.size(1);
    return scaled_dot_product_attention(q, k, v, mask, 0.0, causal, new DoubleOptional(), grouped);
  }

  private Tensor heads(Tensor x, String name) {
    Tensor y = project(x, name); // (B, T, heads*K)
    return y.view(x.size(0), x.size(1), -1, config.headDim()).transpose(1, 2);
  }

  /** x cos + (-x2, x1) sin, where x1 and x2 are the halves of a head. */
  private static Tensor rotate(Tensor x, Tensor cos, Tensor sin) {
    long half = x.size(3) / 2;
    Tensor turned = cat(new TensorVector(x.narrow(3, half, half).neg(), x.narrow(3, 0, half)), 3);
    return x.mul(cos).add(turned.mul(sin));
  }

  private Tensor norm(Tensor x, String name) {
    Tensor y = norm(x, new TensorOptional(w(name)));
    return tape == null ? y : tape.scaled(name, norm(x.detach(), new TensorOptional()), y);
  }

  private Tensor norm(Tensor x, TensorOptional scale) {
    return rms_norm(
        x, new long[] {config.hiddenSize()}, scale, new DoubleOptional(config.rmsNormEps()));
  }

  Tensor head(Tensor h) {
    String name = config.tied() ? EMBEDDING : "lm_head.weight";
    return mapped(h, name);
  }

  private Tensor w(String name) {
    Tensor w = adapter == null ? weights.tensor(name) : adapter.over(name, weights);
    return tape == null ? w : w.detach();
  }

  private Tensor mapped(Tensor x, String name) {
    Tensor y = linear(x, w(name));
    return tape == null ? y : tape.mapped(name, x, y);
  }

  /** x Wᵀ, and what an adapter adds to it. */
  private Tensor project(Tensor x, String name) {
    Tensor y = mapped(x, name);
    return adapter == null ? y : adapter.add(y, x, name);
  }

  private static final long NO_REDUCTION = 0;

  @Override
  public void close() {
    if (adapter == null && tape == null) {
      rope.close();
      weights.close();
    }
  }
}

package palimpsest.torch.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * The shape of a Llama model, as its config.json states it.
 *
 * @param vocabSize rows of the embedding
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width inside the gated MLP
 * @param layers decoder layers, 1 to 4096
 * @param heads query heads, a multiple of {@code kvHeads}
 * @param kvHeads key and value heads
 * @param headDim width of a head, even; not always {@code hiddenSize / heads}
 * @param rmsNormEps added to the mean square before the root, in (0, 1)
 * @param ropeTheta base of the rotary wavelengths, positive
 * @param ropeScaling stretch of the rotary wavelengths, absent for none
 * @param maxPositions longest context, {@code max_position_embeddings}
 * @param tied whether the output matrix is the embedding
 * @param bos id of the token that begins a text
 * @param eos ids of the tokens that end one, possibly none
 * @param pad id of the filling token
 * @param dtype element type in which the weights are stored
 * @param original the JSON that this was read from, {@code {}} where it was not read; its unknown
 *     keys are written back
 */
public record LlamaConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    double rmsNormEps,
    double ropeTheta,
    Optional<Llama3Rope> ropeScaling,
    int maxPositions,
    boolean tied,
    OptionalInt bos,
    List<Integer> eos,
    OptionalInt pad,
    Dtype dtype,
    String original) {

  static final String EMBEDDING = "model.embed_tokens.weight";
  static final String OUTPUT = "lm_head.weight";
  private static final int MOST_LAYERS = 4096;

  public LlamaConfig {
    Check.atLeast(vocabSize, 1, "vocab_size");
    Check.atLeast(hiddenSize, 1, "hidden_size");
    Check.atLeast(intermediateSize, 1, "intermediate_size");
    Check.atLeast(layers, 1, "num_hidden_layers");
    Check.atLeast(heads, 1, "num_attention_heads");
    Check.atLeast(kvHeads, 1, "num_key_value_heads");
    Check.atLeast(headDim, 2, "head_dim");
    Check.atLeast(maxPositions, 1, "max_position_embeddings");
    Check.positive(ropeTheta, "rope_theta");
    eos = List.copyOf(eos);
    require(layers <= MOST_LAYERS, "num_hidden_layers must be at most 4096, got " + layers);
    require(headDim % 2 == 0, "head_dim must be even, got " + headDim);
    require(
        heads % kvHeads == 0,
        "num_attention_heads must be a multiple of num_key_value_heads "
            + kvHeads
            + ", got "
            + heads);
    require(rmsNormEps > 0 && rmsNormEps < 1, "rms_norm_eps must be in (0, 1), got " + rmsNormEps);
    require(dtype.isWeight(), "dtype of weights must be F32, F16 or BF16, got " + dtype);
    bos.ifPresent(id -> requireToken(id, vocabSize, "bos_token_id"));
    eos.forEach(id -> requireToken(id, vocabSize, "eos_token_id"));
    pad.ifPresent(id -> requireToken(id, vocabSize, "pad_token_id"));
  }

  /**
   * A model of ordinary proportions that is to be trained from scratch: {@code headDim = hiddenSize
   * / heads}, theta 10000, eps 1e-5, float32, no special tokens.
   */
  public static LlamaConfig plain(
      int vocabSize,
      int hiddenSize,
      int intermediateSize,
      int layers,
      int heads,
      int kvHeads,
      int maxPositions,
      boolean tied) {
    require(
        heads > 0 && hiddenSize % heads == 0,
        "hidden_size must be a multiple of num_attention_heads " + heads + ", got " + hiddenSize);
    return new LlamaConfig(
        vocabSize,
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        kvHeads,
        hiddenSize / heads,
        1e-5,
        10_000,
        Optional.empty(),
        maxPositions,
        tied,
        OptionalInt.empty(),
        List.of(),
        OptionalInt.empty(),
        Dtype.F32,
        "{}");
  }

  /**
   * Reads a config.json.
   *
   * @throws palimpsest.api.CorruptArtifact if it is not a readable, sound config
   * @throws palimpsest.api.UnsupportedModel if it is one of another kind of model
   */
  public static LlamaConfig read(Path file) {
    return LlamaConfigJson.read(JsonFile.read(file), file.toString());
  }

  /** Writes a config.json that transformers loads, replacing one that is there. */
  public void writeTo(Path file) {
    JsonFile.write(file, LlamaConfigJson.write(this));
  }

  /** The same model with other special tokens. */
  public LlamaConfig withTokens(OptionalInt newBos, List<Integer> newEos, OptionalInt newPad) {
    return with(layers, newBos, newEos, newPad, dtype);
  }

  /** The same model stored in another element type. */
  public LlamaConfig withDtype(Dtype other) {
    return with(layers, bos, eos, pad, other);
  }

  /** The same model with another number of layers. */
  public LlamaConfig withLayers(int count) {
    return with(count, bos, eos, pad, dtype);
  }

  private LlamaConfig with(
      int newLayers, OptionalInt newBos, List<Integer> newEos, OptionalInt newPad, Dtype newDtype) {
    return new LlamaConfig(
        vocabSize,
        hiddenSize,
        intermediateSize,
        newLayers,
        heads,
        kvHeads,
        headDim,
        rmsNormEps,
        ropeTheta,
        ropeScaling,
        maxPositions,
        tied,
        newBos,
        newEos,
        newPad,
        newDtype,
        original);
  }

  /** Names and shapes of the weights, in the order of the forward pass; unmodifiable. */
  public Map<String, List<Long>> tensors() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    long hidden = hiddenSize;
    long inner = intermediateSize;
    long queries = (long) heads * headDim;
    long keys = (long) kvHeads * headDim;
    shapes.put(EMBEDDING, List.of((long) vocabSize, hidden));
    for (int i = 0; i < layers; i++) {
      String layer = "model.layers." + i + ".";
      shapes.put(layer + "input_layernorm.weight", List.of(hidden));
      shapes.put(layer + "self_attn.q_proj.weight", List.of(queries, hidden));
      shapes.put(layer + "self_attn.k_proj.weight", List.of(keys, hidden));
      shapes.put(layer + "self_attn.v_proj.weight", List.of(keys, hidden));
      shapes.put(layer + "self_attn.o_proj.weight", List.of(hidden, queries));
      shapes.put(layer + "post_attention_layernorm.weight", List.of(hidden));
      shapes.put(layer + "mlp.gate_proj.weight", List.of(inner, hidden));
      shapes.put(layer + "mlp.up_proj.weight", List.of(inner, hidden));
      shapes.put(layer + "mlp.down_proj.weight", List.of(hidden, inner));
    }
    shapes.put("model.norm.weight", List.of(hidden));
    if (!tied) {
      shapes.put(OUTPUT, List.of((long) vocabSize, hidden));
    }
    return Collections.unmodifiableMap(shapes);
  }

  /** Number of parameters; a tied matrix counts once. */
  public long parameters() {
    return tensors().values().stream()
        .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
        .reduce(0, Math::addExact);
  }

  private static void requireToken(int id, int vocabSize, String what) {
    require(
        id >= 0 && id < vocabSize,
        what + " must be in [0, vocab_size " + vocabSize + "), got " + id);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new InvalidRequest(message);
    }
  }
}

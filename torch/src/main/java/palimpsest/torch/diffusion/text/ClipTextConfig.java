package palimpsest.torch.diffusion.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.JsonFile;

/**
 * The shape of a CLIP text encoder, as its config.json states it.
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize width of the states, E, a multiple of {@code heads}
 * @param intermediateSize width inside the MLP
 * @param layers encoder layers, 1 to 4096
 * @param heads attention heads
 * @param maxPositions most tokens of a text, {@code max_position_embeddings}
 * @param activation of the MLP, {@code hidden_act}
 * @param layerNormEps added to the variance before the root, in (0, 1)
 * @param projection width of the projected embedding, P; present for {@code
 *     CLIPTextModelWithProjection}, absent for {@code CLIPTextModel}
 * @param eos id of the end token at whose first position the states are pooled; {@value
 *     #LEGACY_EOS} is the mark of old files, which pool at the highest id of the text
 * @param dtype element type in which the weights are stored
 * @param original the JSON that this was read from, {@code {}} where it was not read; its unknown
 *     keys are written back
 */
public record ClipTextConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int maxPositions,
    Activation activation,
    double layerNormEps,
    OptionalInt projection,
    int eos,
    Dtype dtype,
    String original) {

  /** What {@code eos_token_id} was in all files before transformers 4.31, true or not. */
  public static final int LEGACY_EOS = 2;

  static final String TOKENS = "text_model.embeddings.token_embedding.weight";
  static final String POSITIONS = "text_model.embeddings.position_embedding.weight";
  static final String FINAL_NORM = "text_model.final_layer_norm";
  static final String PROJECTION = "text_projection.weight";
  private static final String PREFIX = "text_model.";
  private static final int MOST_LAYERS = 4096;

  /** The function inside the MLP. */
  public enum Activation {
    /** {@code x σ(1.702 x)}, as OpenAI trained. */
    QUICK_GELU("quick_gelu"),
    /** {@code x Φ(x)}, as OpenCLIP trained. */
    GELU("gelu");

    private final String word;

    Activation(String word) {
      this.word = word;
    }

    /** The word in a config.json. */
    public String word() {
      return word;
    }
  }

  public ClipTextConfig {
    Check.atLeast(vocabSize, 1, "vocab_size");
    Check.atLeast(hiddenSize, 1, "hidden_size");
    Check.atLeast(intermediateSize, 1, "intermediate_size");
    Check.atLeast(layers, 1, "num_hidden_layers");
    Check.atLeast(heads, 1, "num_attention_heads");
    Check.atLeast(maxPositions, 1, "max_position_embeddings");
    Check.atLeast(eos, 0, "eos_token_id");
    projection.ifPresent(width -> Check.atLeast(width, 1, "projection_dim"));
    require(layers <= MOST_LAYERS, "num_hidden_layers must be at most 4096, got " + layers);
    require(
        hiddenSize % heads == 0,
        "hidden_size must be a multiple of num_attention_heads " + heads + ", got " + hiddenSize);
    require(
        layerNormEps > 0 && layerNormEps < 1,
        "layer_norm_eps must be in (0, 1), got " + layerNormEps);
    require(dtype != Dtype.I64, "dtype of weights must be a floating-point type, got I64");
  }

  /**
   * A small encoder of CLIP's proportions that is to be trained from scratch: an MLP of four times
   * the width, quick GELU, eps 1e-5, no projection, float32.
   *
   * @param tokenizer whose vocabulary, length and end token it takes
   */
  public static ClipTextConfig small(
      ClipTokenizer tokenizer, int hiddenSize, int layers, int heads) {
    return new ClipTextConfig(
        tokenizer.size(),
        hiddenSize,
        Math.multiplyExact(4, hiddenSize),
        layers,
        heads,
        tokenizer.length(),
        Activation.QUICK_GELU,
        1e-5,
        OptionalInt.empty(),
        tokenizer.eos(),
        Dtype.F32,
        "{}");
  }

  /**
   * Reads a config.json.
   *
   * @throws palimpsest.api.CorruptArtifact if it is not a readable, sound config
   * @throws palimpsest.api.UnsupportedModel if it is one of another kind of model
   */
  public static ClipTextConfig read(Path file) {
    return ClipTextConfigJson.read(JsonFile.read(file), file.toString());
  }

  /** The configuration that an object states; {@code where} is what messages call it. */
  public static ClipTextConfig of(ObjectNode json, String where) {
    return ClipTextConfigJson.read(json, where);
  }

  /** Writes a config.json that transformers loads, replacing one that is there. */
  public void writeTo(Path file) {
    JsonFile.write(file, ClipTextConfigJson.write(this));
  }

  /** The same encoder stored in another element type. */
  public ClipTextConfig withDtype(Dtype other) {
    return new ClipTextConfig(
        vocabSize,
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        maxPositions,
        activation,
        layerNormEps,
        projection,
        eos,
        other,
        original);
  }

  /** Names and shapes of the weights, in the order of the forward pass; unmodifiable. */
  public Map<String, List<Long>> tensors() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    long width = hiddenSize;
    long inner = intermediateSize;
    shapes.put(TOKENS, List.of((long) vocabSize, width));
    shapes.put(POSITIONS, List.of((long) maxPositions, width));
    for (int i = 0; i < layers; i++) {
      String at = at(i);
      norm(shapes, at + "layer_norm1");
      for (String map : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
        linear(shapes, at + "self_attn." + map, List.of(width, width));
      }
      norm(shapes, at + "layer_norm2");
      linear(shapes, at + "mlp.fc1", List.of(inner, width));
      linear(shapes, at + "mlp.fc2", List.of(width, inner));
    }
    norm(shapes, FINAL_NORM);
    projection.ifPresent(p -> shapes.put(PROJECTION, List.of((long) p, width)));
    return Collections.unmodifiableMap(shapes);
  }

  /**
   * The name in {@link #tensors} of a tensor as files spell it: transformers 5 leaves out {@code
   * text_model.} where there is no projection.
   *
   * @return empty for {@code position_ids}, which old files carry and nobody needs
   */
  public static Optional<String> tensorName(String stored) {
    String full = stored.startsWith(PREFIX) || stored.equals(PROJECTION) ? stored : PREFIX + stored;
    return full.equals("text_model.embeddings.position_ids") ? Optional.empty() : Optional.of(full);
  }

  /** Number of parameters. */
  public long parameters() {
    return tensors().values().stream()
        .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
        .reduce(0, Math::addExact);
  }

  /** What the names of a layer's weights begin with. */
  static String at(int layer) {
    return "text_model.encoder.layers." + layer + ".";
  }

  private void norm(Map<String, List<Long>> shapes, String name) {
    shapes.put(name + ".weight", List.of((long) hiddenSize));
    shapes.put(name + ".bias", List.of((long) hiddenSize));
  }

  private static void linear(Map<String, List<Long>> shapes, String name, List<Long> shape) {
    shapes.put(name + ".weight", shape);
    shapes.put(name + ".bias", List.of(shape.get(0)));
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new InvalidRequest(message);
    }
  }
}

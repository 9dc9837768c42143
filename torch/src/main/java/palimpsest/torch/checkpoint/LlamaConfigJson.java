package palimpsest.torch.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;

/** A {@link LlamaConfig} as config.json, in the styles of transformers 4 and 5. */
final class LlamaConfigJson {
  private static final String ARCHITECTURE = "LlamaForCausalLM";

  private final ObjectNode json;
  private final String where;

  private LlamaConfigJson(ObjectNode json, String where) {
    this.json = json;
    this.where = where;
  }

  static LlamaConfig read(ObjectNode json, String where) {
    try {
      return new LlamaConfigJson(json, where).config();
    } catch (InvalidRequest e) { // a range that the record checks
      throw new CorruptArtifact(where + ": " + e.getMessage(), e);
    }
  }

  private LlamaConfig config() {
    requireLlama();
    int heads = integer(json, "num_attention_heads");
    int hidden = integer(json, "hidden_size");
    return new LlamaConfig(
        integer(json, "vocab_size"),
        hidden,
        integer(json, "intermediate_size"),
        integer(json, "num_hidden_layers"),
        heads,
        present(json, "num_key_value_heads") ? integer(json, "num_key_value_heads") : heads,
        present(json, "head_dim") ? integer(json, "head_dim") : headDim(hidden, heads),
        number(json, "rms_norm_eps"),
        theta(),
        scaling(),
        integer(json, "max_position_embeddings"),
        flag("tie_word_embeddings"),
        token("bos_token_id"),
        tokens("eos_token_id"),
        padding(),
        dtype(),
        json.toString());
  }

  private void requireLlama() {
    String type = json.path("model_type").asText("");
    boolean named = false;
    for (JsonNode architecture : json.path("architectures")) {
      named |= architecture.asText().equals(ARCHITECTURE);
    }
    if (!type.equals("llama") || !named) {
      String got = json.path("architectures").path(0).asText(type.isEmpty() ? "unnamed" : type);
      throw unsupported(
          "architecture "
              + Words.quoted(got)
              + " with model_type "
              + Words.quoted(type)
              + "; supported: llama (LlamaForCausalLM)");
    }
    for (String bias : List.of("attention_bias", "mlp_bias")) {
      if (flag(bias)) {
        throw unsupported(bias + " is true; supported: false");
      }
    }
    String activation = json.path("hidden_act").asText("silu");
    if (!activation.equals("silu")) {
      throw unsupported("hidden_act " + Words.quoted(activation) + "; supported: silu");
    }
    if (present(json, "quantization_config")) {
      throw unsupported("quantised weights; convert to float32, float16 or bfloat16");
    }
  }

  private int headDim(int hidden, int heads) {
    if (heads < 1 || hidden % heads != 0) {
      throw corrupt(
          "hidden_size must be a multiple of num_attention_heads "
              + heads
              + " where head_dim is not given, got "
              + hidden);
    }
    return hidden / heads;
  }

  /** transformers takes 10000 where the old style lacks it; the new one must name it. */
  private double theta() {
    if (present(json, "rope_parameters")) {
      return number(object("rope_parameters"), "rope_theta");
    }
    return present(json, "rope_theta") ? number(json, "rope_theta") : 10_000;
  }

  private Optional<Llama3Rope> scaling() {
    String key = present(json, "rope_parameters") ? "rope_parameters" : "rope_scaling";
    if (!present(json, key)) {
      return Optional.empty();
    }
    ObjectNode rope = object(key);
    JsonNode type = present(rope, "rope_type") ? rope.get("rope_type") : rope.path("type");
    String name = type.asText("default");
    double part = rope.path("partial_rotary_factor").asDouble(1);
    if (part != 1) {
      throw unsupported("partial_rotary_factor " + part + "; supported: 1");
    }
    if (name.equals("default")) {
      return Optional.empty();
    }
    if (!name.equals("llama3")) {
      throw unsupported("rope scaling " + Words.quoted(name) + "; supported: default, llama3");
    }
    return Optional.of(
        new Llama3Rope(
            number(rope, "factor"),
            number(rope, "low_freq_factor"),
            number(rope, "high_freq_factor"),
            integer(rope, "original_max_position_embeddings")));
  }

  private OptionalInt token(String key) {
    List<Integer> ids = tokens(key);
    return ids.isEmpty() ? OptionalInt.empty() : OptionalInt.of(ids.get(0));
  }

  /** Old checkpoints write -1 for "no padding token". */
  private OptionalInt padding() {
    JsonNode id = json.path("pad_token_id");
    return id.isInt() && id.intValue() == -1 ? OptionalInt.empty() : token("pad_token_id");
  }

  private List<Integer> tokens(String key) {
    JsonNode value = json.path(key);
    List<Integer> ids = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(id -> ids.add(integer(id, key)));
    } else if (present(json, key)) {
      ids.add(integer(value, key));
    }
    return ids;
  }

  private Dtype dtype() {
    JsonNode name = present(json, "dtype") ? json.get("dtype") : json.path("torch_dtype");
    return Dtype.ofTorchName(name.asText("float32"), where);
  }

  private static boolean present(JsonNode node, String key) {
    return !node.path(key).isMissingNode() && !node.path(key).isNull();
  }

  private ObjectNode object(String key) {
    if (json.get(key) instanceof ObjectNode object) {
      return object;
    }
    throw corrupt(key + " must be an object, got " + Words.quoted(json.get(key).toString()));
  }

  private int integer(JsonNode node, String key) {
    JsonNode value = node.isObject() ? required(node, key) : node;
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw corrupt(key + " must be an integer below 2^31, got " + Words.quoted(value.toString()));
    }
    return value.intValue();
  }

  private double number(JsonNode node, String key) {
    JsonNode value = required(node, key);
    if (!value.isNumber()) {
      throw corrupt(key + " must be a number, got " + Words.quoted(value.toString()));
    }
    return value.doubleValue();
  }

  private boolean flag(String key) {
    JsonNode value = json.path(key);
    if (present(json, key) && !value.isBoolean()) {
      throw corrupt(key + " must be true or false, got " + Words.quoted(value.toString()));
    }
    return value.asBoolean(false);
  }

  private JsonNode required(JsonNode node, String key) {
    if (!present(node, key)) {
      throw corrupt("has no " + key);
    }
    return node.get(key);
  }

  private CorruptArtifact corrupt(String message) {
    return new CorruptArtifact(where + ": " + message);
  }

  private UnsupportedModel unsupported(String message) {
    return new UnsupportedModel(where + ": " + message);
  }

  static ObjectNode write(LlamaConfig config) {
    ObjectNode json = JsonFile.parse(config.original(), "original config");
    json.set("architectures", JsonNodeFactory.instance.arrayNode().add(ARCHITECTURE));
    json.put("model_type", "llama");
    json.put("hidden_act", "silu");
    json.put("vocab_size", config.vocabSize());
    json.put("hidden_size", config.hiddenSize());
    json.put("intermediate_size", config.intermediateSize());
    json.put("num_hidden_layers", config.layers());
    json.put("num_attention_heads", config.heads());
    json.put("num_key_value_heads", config.kvHeads());
    json.put("head_dim", config.headDim());
    json.put("rms_norm_eps", config.rmsNormEps());
    json.put("max_position_embeddings", config.maxPositions());
    json.put("tie_word_embeddings", config.tied());
    json.put("attention_bias", false);
    json.put("mlp_bias", false);
    json.put(json.has("dtype") ? "dtype" : "torch_dtype", config.dtype().torchName());
    writeTokens(config, json);
    writeRope(config, json);
    return json;
  }

  private static void writeTokens(LlamaConfig config, ObjectNode json) {
    writeToken(json, "bos_token_id", config.bos());
    writeToken(json, "pad_token_id", config.pad());
    if (config.eos().size() > 1) {
      ArrayNode ids = json.putArray("eos_token_id");
      config.eos().forEach(ids::add);
    } else {
      writeToken(
          json, "eos_token_id", config.eos().stream().mapToInt(Integer::intValue).findFirst());
    }
  }

  /** null, not absence: transformers has defaults of its own for absent ids. */
  private static void writeToken(ObjectNode json, String key, OptionalInt id) {
    if (id.isPresent()) {
      json.put(key, id.getAsInt());
    } else {
      json.putNull(key);
    }
  }

  /** In the style of the original; the old style otherwise, which every transformers reads. */
  private static void writeRope(LlamaConfig config, ObjectNode json) {
    boolean newStyle = present(json, "rope_parameters");
    ObjectNode rope = newStyle ? (ObjectNode) json.get("rope_parameters") : json.objectNode();
    config.ropeScaling().ifPresent(scaling -> writeScaling(scaling, rope));
    if (newStyle) {
      rope.put("rope_type", config.ropeScaling().isPresent() ? "llama3" : "default");
      rope.put("rope_theta", config.ropeTheta());
      return;
    }
    json.put("rope_theta", config.ropeTheta());
    if (config.ropeScaling().isPresent()) {
      json.set("rope_scaling", rope);
    } else {
      json.putNull("rope_scaling");
    }
  }

  private static void writeScaling(Llama3Rope scaling, ObjectNode rope) {
    rope.put("rope_type", "llama3");
    rope.put("factor", scaling.factor());
    rope.put("low_freq_factor", scaling.lowFrequencyFactor());
    rope.put("high_freq_factor", scaling.highFrequencyFactor());
    rope.put("original_max_position_embeddings", scaling.originalMaxPositions());
  }
}

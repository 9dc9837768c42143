package palimpsest.torch.diffusion.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalInt;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.checkpoint.Words;
import palimpsest.torch.diffusion.text.ClipTextConfig.Activation;

/** A {@link ClipTextConfig} as config.json. */
final class ClipTextConfigJson {
  private static final String PLAIN = "CLIPTextModel";
  private static final String PROJECTED = "CLIPTextModelWithProjection";
  private static final String TYPE = "clip_text_model";

  private final ObjectNode json;
  private final String where;

  private ClipTextConfigJson(ObjectNode json, String where) {
    this.json = json;
    this.where = where;
  }

  static ClipTextConfig read(ObjectNode json, String where) {
    try {
      return new ClipTextConfigJson(json, where).config();
    } catch (InvalidRequest e) { // a range that the record checks
      throw new CorruptArtifact(where + ": " + e.getMessage(), e);
    }
  }

  private ClipTextConfig config() {
    boolean projected = isProjected();
    return new ClipTextConfig(
        integer("vocab_size"),
        integer("hidden_size"),
        integer("intermediate_size"),
        integer("num_hidden_layers"),
        integer("num_attention_heads"),
        integer("max_position_embeddings"),
        activation(),
        number("layer_norm_eps"),
        projected ? OptionalInt.of(integer("projection_dim")) : OptionalInt.empty(),
        integer("eos_token_id"),
        dtype(),
        json.toString());
  }

  private boolean isProjected() {
    String type = json.path("model_type").asText("");
    JsonNode named = json.path("architectures");
    String name = named.path(0).asText("");
    boolean known = name.equals(PLAIN) || name.equals(PROJECTED);
    if (!type.equals(TYPE) || named.size() != 1 || !known) {
      throw unsupported(
          "architecture "
              + Words.quoted(name.isEmpty() ? "unnamed" : name)
              + " with model_type "
              + Words.quoted(type)
              + "; supported: "
              + TYPE
              + " (CLIPTextModel, CLIPTextModelWithProjection)");
    }
    if (present("quantization_config")) {
      throw unsupported("quantised weights; convert to float32, float16 or bfloat16");
    }
    return name.equals(PROJECTED);
  }

  private Activation activation() {
    String word = required("hidden_act").asText();
    for (Activation each : Activation.values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    throw unsupported("hidden_act " + Words.quoted(word) + "; supported: quick_gelu, gelu");
  }

  private Dtype dtype() {
    JsonNode name = present("dtype") ? json.get("dtype") : json.path("torch_dtype");
    return Dtype.ofTorchName(name.isNull() ? "float32" : name.asText("float32"), where);
  }

  private int integer(String key) {
    JsonNode value = required(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw corrupt(key + " must be an integer below 2^31, got " + Words.quoted(value.toString()));
    }
    return value.intValue();
  }

  private double number(String key) {
    JsonNode value = required(key);
    if (!value.isNumber()) {
      throw corrupt(key + " must be a number, got " + Words.quoted(value.toString()));
    }
    return value.doubleValue();
  }

  private boolean present(String key) {
    return !json.path(key).isMissingNode() && !json.path(key).isNull();
  }

  private JsonNode required(String key) {
    if (!present(key)) {
      throw corrupt("has no " + key);
    }
    return json.get(key);
  }

  private CorruptArtifact corrupt(String message) {
    return new CorruptArtifact(where + ": " + message);
  }

  private UnsupportedModel unsupported(String message) {
    return new UnsupportedModel(where + ": " + message);
  }

  static ObjectNode write(ClipTextConfig config) {
    ObjectNode json = JsonFile.parse(config.original(), "original config");
    String architecture = config.projection().isPresent() ? PROJECTED : PLAIN;
    json.set("architectures", JsonNodeFactory.instance.arrayNode().add(architecture));
    json.put("model_type", TYPE);
    json.put("vocab_size", config.vocabSize());
    json.put("hidden_size", config.hiddenSize());
    json.put("intermediate_size", config.intermediateSize());
    json.put("num_hidden_layers", config.layers());
    json.put("num_attention_heads", config.heads());
    json.put("max_position_embeddings", config.maxPositions());
    json.put("hidden_act", config.activation().word());
    json.put("layer_norm_eps", config.layerNormEps());
    json.put("eos_token_id", config.eos());
    config.projection().ifPresent(width -> json.put("projection_dim", width));
    // null, not absence: transformers has defaults of its own for absent ids
    for (String token : List.of("bos_token_id", "pad_token_id")) {
      if (!json.has(token)) {
        json.putNull(token);
      }
    }
    json.put(json.has("dtype") ? "dtype" : "torch_dtype", config.dtype().torchName());
    return json;
  }
}

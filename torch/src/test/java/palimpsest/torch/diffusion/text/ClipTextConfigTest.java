package palimpsest.torch.diffusion.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.diffusion.text.ClipTextConfig.Activation;

class ClipTextConfigTest {
  /** In the shape of the first encoder of SDXL, made small. */
  private static final String SOUND =
      """
      {"architectures": ["CLIPTextModel"], "model_type": "clip_text_model", "vocab_size": 100,
       "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2,
       "num_attention_heads": 2, "max_position_embeddings": 7, "hidden_act": "quick_gelu",
       "layer_norm_eps": 1e-05, "projection_dim": 6, "bos_token_id": 0, "eos_token_id": 2,
       "pad_token_id": 1, "attention_dropout": 0.0, "dropout": 0.0, "torch_dtype": "float16"}
      """;

  @TempDir Path folder;

  private ClipTextConfig read(String json) throws IOException {
    return ClipTextConfig.read(Files.writeString(folder.resolve("config.json"), json));
  }

  private ClipTextConfig with(String key, String value) throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(SOUND);
    if (value.equals("absent")) {
      json.remove(key);
    } else {
      json.set(key, new ObjectMapper().readTree(value));
    }
    return read(json.toString());
  }

  @Test
  void read_soundConfig_hasItsValues() throws IOException {
    ClipTextConfig config = read(SOUND);
    assertThat(config.maxPositions()).isEqualTo(7);
    assertThat(config.activation()).isEqualTo(Activation.QUICK_GELU);
    assertThat(config.layerNormEps()).isEqualTo(1e-5);
    assertThat(config.projection()).isEmpty();
    assertThat(config.eos()).isEqualTo(ClipTextConfig.LEGACY_EOS);
    assertThat(config.dtype()).isEqualTo(Dtype.F16);
    assertThat(with("hidden_act", "\"gelu\"").activation()).isEqualTo(Activation.GELU);
    assertThat(with("torch_dtype", "null").dtype()).isEqualTo(Dtype.F32);
    assertThat(with("dtype", "\"bfloat16\"").dtype()).isEqualTo(Dtype.BF16);
    assertThat(with("projection_dim", "null").projection()).isEmpty();
  }

  /**
   * By hand, width 8, MLP 12: tokens 100*8 = 800; positions 7*8 = 56; per layer two norms 2*2*8 =
   * 32, four maps 4*(64 + 8) = 288, MLP 96 + 12 + 96 + 8 = 212, together 532; final norm 16. 800 +
   * 56 + 2*532 + 16 = 1936. The projection adds 6*8 = 48.
   */
  @Test
  void parameters_smallEncoder_areCountedByHand() throws IOException {
    ClipTextConfig config = read(SOUND);
    assertThat(config.parameters()).isEqualTo(1936);
    assertThat(config.tensors())
        .hasSize(2 + 2 * 16 + 2)
        .doesNotContainKey("text_projection.weight");
    ClipTextConfig projected = with("architectures", "[\"CLIPTextModelWithProjection\"]");
    assertThat(projected.parameters()).isEqualTo(1936 + 48);
    assertThat(projected.tensors())
        .containsEntry("text_projection.weight", List.of(6L, 8L))
        .containsEntry("text_model.embeddings.position_embedding.weight", List.of(7L, 8L))
        .containsEntry("text_model.encoder.layers.1.mlp.fc1.weight", List.of(12L, 8L))
        .containsEntry("text_model.encoder.layers.1.mlp.fc1.bias", List.of(12L));
  }

  @Test
  void tensorName_spellingsOfFiles_areOne() {
    String norm = "text_model.final_layer_norm.weight";
    assertThat(ClipTextConfig.tensorName(norm)).hasValue(norm);
    assertThat(ClipTextConfig.tensorName("final_layer_norm.weight")).hasValue(norm);
    assertThat(ClipTextConfig.tensorName("text_projection.weight"))
        .hasValue("text_projection.weight");
    assertThat(ClipTextConfig.tensorName("text_model.embeddings.position_ids")).isEmpty();
    assertThat(ClipTextConfig.tensorName("embeddings.position_ids")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "vocab_size; 0",
        "vocab_size; 3000000000",
        "vocab_size; \"100\"",
        "vocab_size; absent",
        "hidden_size; -8",
        "hidden_size; 9",
        "intermediate_size; 0",
        "num_hidden_layers; 2147483647",
        "num_hidden_layers; null",
        "num_attention_heads; 0",
        "num_attention_heads; 2.0",
        "max_position_embeddings; 0",
        "max_position_embeddings; absent",
        "layer_norm_eps; 0",
        "layer_norm_eps; 1e999",
        "layer_norm_eps; absent",
        "hidden_act; absent",
        "eos_token_id; absent",
        "eos_token_id; -1",
        "eos_token_id; [2]",
      })
  void read_unsoundValue_isCorruptNamingFileAndKey(String key, String value) {
    assertThatThrownBy(() -> with(key, value))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("config.json: ")
        .hasMessageContaining(key)
        .hasMessageNotContaining("\n");
  }

  @Test
  void read_projectionOfNoWidth_isCorrupt() throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(SOUND);
    json.putArray("architectures").add("CLIPTextModelWithProjection");
    for (String width : List.of("0", "null", "\"6\"")) {
      json.set("projection_dim", new ObjectMapper().readTree(width));
      assertThatThrownBy(() -> read(json.toString()))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("projection_dim");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "architectures; [\"CLIPModel\"]; CLIPModel",
        "architectures; [\"CLIPTextModel\", \"CLIPTextModelWithProjection\"]; supported",
        "architectures; absent; unnamed",
        "model_type; \"clip\"; supported: clip_text_model",
        "hidden_act; \"gelu_new\"; \"gelu_new\"; supported: quick_gelu, gelu",
        "quantization_config; {}; quantised",
        "torch_dtype; \"float64\"; float64",
      })
  void read_otherModel_isUnsupportedByName(String key, String value, String named) {
    assertThatThrownBy(() -> with(key, value))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining(named);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "null", "{", "{}{}", "{\"a\":1,\"a\":2}"})
  void read_notAnObject_isCorrupt(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(CorruptArtifact.class);
  }

  @Test
  void writeTo_readConfig_keepsEveryKeyOfTheOriginal() throws IOException {
    ClipTextConfig config = read(SOUND);
    Path copy = folder.resolve("copy.json");
    config.writeTo(copy);
    JsonNode written = JsonFile.read(copy);
    new ObjectMapper()
        .readTree(SOUND)
        .properties()
        .forEach(each -> assertThat(written.get(each.getKey())).isEqualTo(each.getValue()));
    assertThat(ClipTextConfig.read(copy))
        .usingRecursiveComparison()
        .ignoringFields("original")
        .isEqualTo(config);
    config.withDtype(Dtype.BF16).writeTo(copy);
    assertThat(ClipTextConfig.read(copy).dtype()).isEqualTo(Dtype.BF16);
  }

  @Test
  void writeTo_configFromScratch_isReadBack() {
    try (ClipTokenizer tokenizer = ClipTokenizer.train(List.of("a cat", "a cat"), 600, 12)) {
      ClipTextConfig config = ClipTextConfig.small(tokenizer, 24, 2, 3);
      assertThat(config.intermediateSize()).isEqualTo(96);
      assertThat(config.eos()).isEqualTo(tokenizer.size() - 1);
      Path file = folder.resolve("config.json");
      config.writeTo(file);
      assertThat(ClipTextConfig.read(file))
          .usingRecursiveComparison()
          .ignoringFields("original")
          .isEqualTo(config);
      assertThatThrownBy(() -> ClipTextConfig.small(tokenizer, 25, 2, 3))
          .isInstanceOf(InvalidRequest.class);
    }
  }
}

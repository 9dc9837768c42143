package palimpsest.torch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;

class LlamaConfigTest {
  private static final Path GOLDEN = Path.of("../testkit/golden/llama");
  private static final String SOUND =
      """
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 100,
       "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
       "num_attention_heads": 4, "rms_norm_eps": 1e-6, "max_position_embeddings": 64,
       "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": [2, 3], "pad_token_id": -1,
       "torch_dtype": "bfloat16", "tie_word_embeddings": true, "initializer_range": 0.02}
      """;

  @TempDir Path folder;

  private LlamaConfig read(String json) throws IOException {
    return LlamaConfig.read(Files.writeString(folder.resolve("config.json"), json));
  }

  private LlamaConfig with(String key, String value) throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(SOUND);
    if (value.equals("absent")) {
      json.remove(key);
    } else {
      json.set(key, new ObjectMapper().readTree(value));
    }
    return read(json.toString());
  }

  @Test
  void read_soundConfig_fillsWhatMayBeAbsent() throws IOException {
    LlamaConfig config = read(SOUND);
    assertThat(config.kvHeads()).isEqualTo(4);
    assertThat(config.headDim()).isEqualTo(8);
    assertThat(config.ropeTheta()).isEqualTo(10_000);
    assertThat(config.ropeScaling()).isEmpty();
    assertThat(config.bos()).hasValue(1);
    assertThat(config.eos()).containsExactly(2, 3);
    assertThat(config.pad()).isEmpty();
    assertThat(config.dtype()).isEqualTo(Dtype.BF16);
    assertThat(config.tied()).isTrue();
  }

  /**
   * By hand, width 32, MLP 48, 4 heads of 8: embedding 100*32 = 3200; per layer 4*32*32 + 3*32*48 +
   * 2*32 = 8768; final norm 32; tied. 3200 + 2*8768 + 32 = 20768.
   */
  @Test
  void parameters_smallModel_areCountedByHand() throws IOException {
    LlamaConfig config = read(SOUND);
    assertThat(config.parameters()).isEqualTo(20_768);
    assertThat(config.tensors()).hasSize(1 + 2 * 9 + 1).doesNotContainKey("lm_head.weight");
    assertThat(with("tie_word_embeddings", "false").tensors())
        .containsEntry("lm_head.weight", List.of(100L, 32L));
  }

  @Test
  void tensors_groupedHeadsOfOwnWidth_haveTheirShapes() throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(SOUND);
    json.put("num_key_value_heads", 2).put("head_dim", 16);
    assertThat(read(json.toString()).tensors())
        .containsEntry("model.layers.1.self_attn.q_proj.weight", List.of(64L, 32L))
        .containsEntry("model.layers.1.self_attn.k_proj.weight", List.of(32L, 32L))
        .containsEntry("model.layers.1.self_attn.o_proj.weight", List.of(32L, 64L))
        .containsEntry("model.layers.0.mlp.down_proj.weight", List.of(32L, 48L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "vocab_size; 0",
        "vocab_size; 3000000000",
        "vocab_size; \"100\"",
        "vocab_size; 100.0",
        "vocab_size; absent",
        "hidden_size; -32",
        "hidden_size; 30",
        "intermediate_size; 0",
        "num_hidden_layers; 2147483647",
        "num_hidden_layers; null",
        "num_attention_heads; 0",
        "num_key_value_heads; 3",
        "num_key_value_heads; 0",
        "head_dim; 7",
        "head_dim; 0",
        "rms_norm_eps; 0",
        "rms_norm_eps; 1e999",
        "rms_norm_eps; absent",
        "rope_theta; -1",
        "rope_theta; \"10000\"",
        "rope_parameters; 5",
        "rope_parameters; {\"rope_type\": \"default\"}",
        "rope_scaling; {\"rope_type\": \"llama3\", \"factor\": 8}",
        "rope_scaling; {\"rope_type\": \"llama3\", \"factor\": 0, \"low_freq_factor\": 1, \"high_freq_factor\": 4, \"original_max_position_embeddings\": 64}",
        "rope_scaling; {\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 4, \"high_freq_factor\": 4, \"original_max_position_embeddings\": 64}",
        "max_position_embeddings; 0",
        "tie_word_embeddings; \"yes\"",
        "attention_bias; 1",
        "bos_token_id; 100",
        "eos_token_id; [2, -1]",
        "eos_token_id; [[2]]",
        "pad_token_id; 1000",
      })
  void read_unsoundValue_isCorruptNamingFileAndKey(String key, String value) {
    assertThatThrownBy(() -> with(key, value))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("config.json: ")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "architectures; [\"MistralForCausalLM\"]; MistralForCausalLM",
        "architectures; absent; supported: llama",
        "model_type; \"mistral\"; supported: llama",
        "attention_bias; true; attention_bias",
        "mlp_bias; true; mlp_bias",
        "hidden_act; \"gelu\"; \"gelu\"; supported: silu",
        "rope_scaling; {\"type\": \"linear\", \"factor\": 2}; \"linear\"",
        "rope_scaling; {\"rope_type\": \"yarn\", \"factor\": 2}; \"yarn\"",
        "rope_parameters; {\"rope_type\": \"dynamic\", \"rope_theta\": 1e4}; \"dynamic\"",
        "rope_scaling; {\"rope_type\": \"default\", \"partial_rotary_factor\": 0.5}; 0.5",
        "quantization_config; {}; quantised",
        "torch_dtype; \"float64\"; float64",
      })
  void read_otherModel_isUnsupportedByName(String key, String value, String named) {
    assertThatThrownBy(() -> with(key, value))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining(named);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "null", "{", "{}{}", "{\"a\":1,\"a\":2}", "{\"a\":NaN}"})
  void read_notAnObject_isCorrupt(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(CorruptArtifact.class);
  }

  @Test
  void read_deepOrMalformedText_isCorrupt() throws IOException {
    assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(100_000)))
        .isInstanceOf(CorruptArtifact.class);
    Path file = Files.write(folder.resolve("latin"), new byte[] {'{', (byte) 0xe9, '}'});
    assertThatThrownBy(() -> LlamaConfig.read(file))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bf16",
        "f16",
        "gqa-tied",
        "gqa-untied",
        "head-dim",
        "llama3-rope",
        "mha",
        "sharded"
      })
  void read_bothStylesOfTransformers_areTheSameModel(String name) {
    LlamaConfig one = LlamaConfig.read(GOLDEN.resolve(name).resolve("config.json"));
    LlamaConfig other = LlamaConfig.read(GOLDEN.resolve(name).resolve("config.other-style.json"));
    assertThat(other).usingRecursiveComparison().ignoringFields("original").isEqualTo(one);
    assertThat(one.ropeScaling().isPresent()).isEqualTo(name.equals("llama3-rope"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "config.other-style.json"})
  void writeTo_readConfig_keepsEveryKeyOfTheOriginal(String style) {
    Path source = GOLDEN.resolve("llama3-rope").resolve(style);
    Path copy = folder.resolve("config.json");
    LlamaConfig.read(source).writeTo(copy);
    JsonNode written = JsonFile.read(copy);
    JsonFile.read(source)
        .properties()
        .forEach(each -> assertThat(written.get(each.getKey())).isEqualTo(each.getValue()));
    assertThat(LlamaConfig.read(copy))
        .usingRecursiveComparison()
        .ignoringFields("original")
        .isEqualTo(LlamaConfig.read(source));
  }

  @Test
  void writeTo_configFromScratch_isReadBack() {
    LlamaConfig config =
        LlamaConfig.plain(300, 32, 48, 2, 4, 2, 128, true)
            .withTokens(OptionalInt.of(0), List.of(1), OptionalInt.of(2))
            .withDtype(Dtype.F16);
    Path file = folder.resolve("config.json");
    config.writeTo(file);
    assertThat(LlamaConfig.read(file))
        .usingRecursiveComparison()
        .ignoringFields("original")
        .isEqualTo(config);
    assertThat(config.ropeScaling()).isEqualTo(Optional.empty());
  }

  @Test
  void plain_widthNotOfWholeHeads_isRefused() {
    assertThatThrownBy(() -> LlamaConfig.plain(300, 30, 48, 2, 4, 2, 128, true))
        .isInstanceOf(InvalidRequest.class);
  }
}

package palimpsest.torch.diffusion.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

class UNetConfigTest {
  /** In the manner of Stable Diffusion 1: what the oldest configurations say, and no more. */
  private static final String SD1 =
      """
      {"_class_name": "UNet2DConditionModel", "_diffusers_version": "0.2.2", "act_fn": "silu",
       "attention_head_dim": 8, "block_out_channels": [320, 640, 1280, 1280],
       "center_input_sample": false, "cross_attention_dim": 768,
       "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D",
         "CrossAttnDownBlock2D", "DownBlock2D"],
       "downsample_padding": 1, "flip_sin_to_cos": true, "freq_shift": 0, "in_channels": 4,
       "layers_per_block": 2, "mid_block_scale_factor": 1, "norm_eps": 1e-05,
       "norm_num_groups": 32, "out_channels": 4, "sample_size": 64,
       "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D",
         "CrossAttnUpBlock2D"]}
      """;

  @TempDir Path folder;

  private UNetConfig read(String json) throws IOException {
    return UNetConfig.read(Files.writeString(folder.resolve("config.json"), json));
  }

  private UNetConfig with(String key, String value) throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(SD1);
    if (value.equals("absent")) {
      json.remove(key);
    } else {
      json.set(key, new ObjectMapper().readTree(value));
    }
    return read(json.toString());
  }

  private UNetConfig with(String... keysAndValues) throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(SD1);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      json.set(keysAndValues[i], new ObjectMapper().readTree(keysAndValues[i + 1]));
    }
    return read(json.toString());
  }

  /** diffusers counts 859520964 for these shapes. */
  @Test
  void parameters_stableDiffusion1_areAsDiffusersCounts() throws IOException {
    UNetConfig config = read(SD1);
    assertThat(config.parameters()).isEqualTo(859_520_964);
    assertThat(config.tensors())
        .hasSize(686)
        .containsEntry(
            "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight",
            List.of(640L, 768L))
        .containsEntry("mid_block.attentions.0.proj_in.weight", List.of(1280L, 1280L, 1L, 1L))
        .containsEntry("up_blocks.3.resnets.0.conv1.weight", List.of(320L, 960L, 3L, 3L));
  }

  /** Heads by resolution, linear projections: diffusers counts 865910724. */
  @Test
  void parameters_stableDiffusion2_areAsDiffusersCounts() throws IOException {
    UNetConfig config =
        with(
            "cross_attention_dim", "1024",
            "attention_head_dim", "[5, 10, 20, 20]",
            "use_linear_projection", "true",
            "dual_cross_attention", "false",
            "only_cross_attention", "[false, false, false, false]",
            "num_class_embeds", "null",
            "upcast_attention", "true");
    assertThat(config.parameters()).isEqualTo(865_910_724);
    assertThat(config.stages().get(1).heads()).isEqualTo(10);
    assertThat(config.tensors())
        .containsEntry("mid_block.attentions.0.proj_in.weight", List.of(1280L, 1280L));
  }

  /** diffusers counts 2567463684. */
  @Test
  void parameters_stableDiffusionXl_areAsDiffusersCounts() throws IOException {
    UNetConfig config =
        with(
            "block_out_channels",
            "[320, 640, 1280]",
            "down_block_types",
            "[\"DownBlock2D\", \"CrossAttnDownBlock2D\", \"CrossAttnDownBlock2D\"]",
            "up_block_types",
            "[\"CrossAttnUpBlock2D\", \"CrossAttnUpBlock2D\", \"UpBlock2D\"]",
            "cross_attention_dim",
            "2048",
            "attention_head_dim",
            "[5, 10, 20]",
            "transformer_layers_per_block",
            "[1, 2, 10]",
            "use_linear_projection",
            "true",
            "addition_embed_type",
            "\"text_time\"",
            "addition_time_embed_dim",
            "256",
            "addition_embed_type_num_heads",
            "64",
            "projection_class_embeddings_input_dim",
            "2816",
            "sample_size",
            "[128, 128]");
    assertThat(config.parameters()).isEqualTo(2_567_463_684L);
    assertThat(config.sampleSize()).hasValue(128);
    assertThat(config.tensors())
        .containsEntry("add_embedding.linear_1.weight", List.of(1280L, 2816L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "_class_name; \"UNet2DModel\"",
        "_class_name; absent",
        "down_block_types; [\"AttnDownBlock2D\", \"DownBlock2D\", \"DownBlock2D\","
            + " \"DownBlock2D\"]",
        "up_block_types; [\"UpBlock2D\", \"UpBlock2D\", \"UpBlock2D\","
            + " \"SimpleCrossAttnUpBlock2D\"]",
        "mid_block_type; \"UNetMidBlock2D\"",
        "mid_block_type; null",
        "act_fn; \"gelu\"",
        "center_input_sample; true",
        "only_cross_attention; [true, false, false, false]",
        "dual_cross_attention; true",
        "class_embed_type; \"projection\"",
        "num_class_embeds; 1000",
        "encoder_hid_dim; 768",
        "addition_embed_type; \"text\"",
        "projection_class_embeddings_input_dim; 2816",
        "num_attention_heads; 8",
        "transformer_layers_per_block; [[1], [1], [1], [1]]",
        "reverse_transformer_layers_per_block; [1, 1, 1, 1]",
        "cross_attention_dim; [768, 768, 768, 1024]",
        "resnet_time_scale_shift; \"scale_shift\"",
        "resnet_out_scale_factor; 1.5",
        "mid_block_scale_factor; 1.41",
        "time_embedding_type; \"fourier\"",
        "time_cond_proj_dim; 256",
        "timestep_post_act; \"silu\"",
        "conv_in_kernel; 1",
        "dropout; 0.1",
        "attention_type; \"gated\"",
        "sample_size; [64, 96]",
        "quantization_config; {\"bits\": 4}",
        "freeze_everything; 3",
      })
  void read_whatIsNotComputed_isUnsupportedByName(String key, String value) {
    assertThatThrownBy(() -> with(key, value))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("config.json: ")
        .hasMessageContaining(key)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "in_channels; 0",
        "in_channels; 2000000",
        "in_channels; null",
        "out_channels; \"4\"",
        "block_out_channels; [320, 640, 1280, 2147483647]",
        "block_out_channels; [320, 640, 1280]",
        "block_out_channels; []",
        "block_out_channels; 320",
        "block_out_channels; [320, 640, 1280, 1290]",
        "block_out_channels; absent",
        "down_block_types; [\"DownBlock2D\"]",
        "down_block_types; [1, 2, 3, 4]",
        "layers_per_block; 100000",
        "layers_per_block; [2, 2]",
        "layers_per_block; -1",
        "attention_head_dim; 7",
        "attention_head_dim; 0",
        "attention_head_dim; null",
        "transformer_layers_per_block; 1000",
        "cross_attention_dim; 99999999999",
        "norm_num_groups; null",
        "norm_num_groups; 0",
        "norm_num_groups; 33",
        "norm_eps; 0",
        "norm_eps; \"1e-5\"",
        "freq_shift; 160",
        "freq_shift; -1",
        "flip_sin_to_cos; 1",
        "downsample_padding; 2",
        "sample_size; 0",
        "use_linear_projection; \"yes\"",
      })
  void read_unsoundValue_isCorrupt(String key, String value) {
    assertThatThrownBy(() -> with(key, value))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("config.json: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void read_addedTextWithoutItsWidths_isCorrupt() {
    assertThatThrownBy(() -> with("addition_embed_type", "\"text_time\""))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("addition_time_embed_dim");
  }

  /** Hostile words must not break the line of a message. */
  @Test
  void read_unknownFieldOfOddCharacters_isNamedInOneLine() {
    assertThatThrownBy(() -> with("odd\nfield", "\"a\\u2028b\\nc\""))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("odd?field")
        .hasMessageNotContaining("\u2028")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"something_new\": null}",
        "{\"something_new\": false}",
        "{\"something_new\": []}",
        "{\"_use_default_values\": [\"dropout\"]}",
        "{\"optimization_step\": 100, \"use_ema_warmup\": false}",
        "{\"dropout\": 0.0, \"act_fn\": \"swish\", \"mid_block_only_cross_attention\": null}",
      })
  void read_harmlessFields_areTolerated(String more) throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(SD1);
    json.setAll((ObjectNode) new ObjectMapper().readTree(more));
    assertThat(read(json.toString()).tensors()).isEqualTo(read(SD1).tensors());
  }

  @Test
  void writeTo_readConfig_isWhatWasRead() throws IOException {
    Path copy = folder.resolve("copy.json");
    read(SD1).writeTo(copy);
    assertThat(new ObjectMapper().readTree(copy.toFile()))
        .isEqualTo(new ObjectMapper().readTree(SD1));
  }

  @Test
  void writeTo_configFromScratch_isReadBack() {
    UNetConfig config = UNetConfig.pixels(32, List.of(32, 64, 96), 48);
    Path file = folder.resolve("config.json");
    config.writeTo(file);
    assertThat(UNetConfig.read(file))
        .usingRecursiveComparison()
        .ignoringFields("original")
        .isEqualTo(config);
  }

  @Test
  void pixels_threeStages_haveAFewMillionParameters() {
    UNetConfig config = UNetConfig.pixels(32, List.of(32, 64, 96), 64);
    assertThat(config.parameters()).isBetween(2_000_000L, 4_000_000L);
    assertThat(config.tensors())
        .containsEntry("conv_in.weight", List.of(32L, 3L, 3L, 3L))
        .doesNotContainKey("down_blocks.0.attentions.0.proj_in.weight")
        .containsKey("down_blocks.1.attentions.0.proj_in.weight");
  }

  @Test
  void pixels_sideThatDoesNotHalve_isRefused() {
    assertThatThrownBy(() -> UNetConfig.pixels(30, List.of(32, 64, 96), 64))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("side");
    assertThatThrownBy(() -> UNetConfig.pixels(32, List.of(), 64))
        .isInstanceOf(InvalidRequest.class);
  }
}

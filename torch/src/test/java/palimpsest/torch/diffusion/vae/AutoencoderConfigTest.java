package palimpsest.torch.diffusion.vae;

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
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;

class AutoencoderConfigTest {
  private static final String SD =
      """
      {"_class_name": "AutoencoderKL", "_diffusers_version": "0.2.2", "act_fn": "silu",
       "block_out_channels": [128, 256, 512, 512],
       "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D",
         "DownEncoderBlock2D"],
       "in_channels": 3, "latent_channels": 4, "layers_per_block": 2, "out_channels": 3,
       "sample_size": 512,
       "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D",
         "UpDecoderBlock2D"]}
      """;

  @TempDir Path folder;

  private AutoencoderConfig read(String json) throws IOException {
    return AutoencoderConfig.read(Files.writeString(folder.resolve("config.json"), json));
  }

  private AutoencoderConfig with(String key, String value) throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(SD);
    json.set(key, new ObjectMapper().readTree(value));
    return read(json.toString());
  }

  /** diffusers counts 83653863 parameters for these shapes. */
  @Test
  void tensors_stableDiffusion_areAsDiffusersCounts() throws IOException {
    AutoencoderConfig config = read(SD);
    long count =
        config.tensors().values().stream()
            .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
            .sum();
    assertThat(count).isEqualTo(83_653_863);
    assertThat(config.scaling()).isEqualTo(0.18215);
    assertThat(config.shift()).isZero();
    assertThat(config.tensors())
        .containsEntry("quant_conv.weight", List.of(8L, 8L, 1L, 1L))
        .containsEntry("encoder.mid_block.attentions.0.to_q.bias", List.of(512L))
        .containsEntry(
            "decoder.up_blocks.2.resnets.0.conv_shortcut.weight", List.of(256L, 512L, 1L, 1L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "_class_name; \"AsymmetricAutoencoderKL\"",
        "act_fn; \"relu\"",
        "down_block_types; [\"DownEncoderBlock2D\", \"AttnDownEncoderBlock2D\"]",
        "latents_mean; [0.1, 0.2, 0.3, 0.4]",
        "latents_std; [1, 1, 1, 1]",
        "mid_block_add_attention; false",
        "double_z_please; true",
      })
  void read_whatIsNotComputed_isUnsupportedByName(String key, String value) {
    assertThatThrownBy(() -> with(key, value))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("config.json: ")
        .hasMessageContaining(key);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "block_out_channels; [128, 256, 512, 500]",
        "block_out_channels; [128, 256, 512]",
        "block_out_channels; [128, 256, 512, 2000000000]",
        "layers_per_block; 0",
        "layers_per_block; [2, 2, 2, 2]",
        "latent_channels; 99999",
        "norm_num_groups; null",
        "scaling_factor; 0",
        "scaling_factor; \"1\"",
        "shift_factor; \"1\"",
        "sample_size; 0",
        "use_quant_conv; null",
      })
  void read_unsoundValue_isCorrupt(String key, String value) {
    assertThatThrownBy(() -> with(key, value))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("config.json: ");
  }

  @Test
  void writeTo_readConfig_isWhatWasRead() throws IOException {
    Path copy = folder.resolve("copy.json");
    read(SD).writeTo(copy);
    assertThat(new ObjectMapper().readTree(copy.toFile()))
        .isEqualTo(new ObjectMapper().readTree(SD));
  }

  @Test
  void writeTo_configFromScratch_isReadBack() {
    AutoencoderConfig config =
        new AutoencoderConfig(
            64, 3, 3, 16, List.of(32, 64), 1, 8, 1.5305, 0.0609, false, true, "{}");
    Path file = folder.resolve("config.json");
    config.writeTo(file);
    assertThat(AutoencoderConfig.read(file))
        .usingRecursiveComparison()
        .ignoringFields("original")
        .isEqualTo(config);
  }
}

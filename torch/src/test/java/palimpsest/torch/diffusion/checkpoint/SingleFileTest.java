package palimpsest.torch.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Safetensors;

class SingleFileTest {
  @TempDir Path temporary;

  private Path write(Map<String, Tensor> tensors) {
    Path file = temporary.resolve("x.safetensors");
    Safetensors.write(file, tensors, Dtype.F32);
    return file;
  }

  private static SingleFile open(Path file) {
    return SingleFile.open(file, Optional.empty());
  }

  /** Parts, transposition and reshaping are those of diffusers' conversion of the same numbers. */
  @ParameterizedTest
  @ValueSource(strings = {"sd1", "sd2", "sdxl"})
  void weights_goldenFiles_areWhatDiffusersConvertsThemTo(String name) {
    TinyPipeline tiny = TinyPipeline.of(name);
    Path file = tiny.writeFile(temporary.resolve("x.safetensors"), Dtype.F32);
    try (SingleFile model = open(file)) {
      assertThat(model.kind().name().toLowerCase(java.util.Locale.ROOT)).isEqualTo(name);
      assertThat(model.components()).containsExactlyInAnyOrderElementsOf(tiny.components());
      assertThat(model.digest()).isEqualTo(tiny.golden().get("file_digest").asText());
      for (String component : tiny.components()) {
        Component part = model.component(component);
        assertThat(part.shapes()).isEqualTo(tiny.shapes(component));
        requireConfig(part, tiny.golden().get("configs").get(component));
        try (Weights weights = part.weights(tiny.shapes(component))) {
          assertThat(weights.tensors()).hasSameSizeAs(tiny.shapes(component).keySet());
        }
      }
    }
  }

  /** What follows from the shapes; heads and groups are those of full-size models. */
  private static void requireConfig(Component part, JsonNode golden) {
    JsonNode config = part.config();
    config
        .fieldNames()
        .forEachRemaining(
            key -> {
              boolean stated =
                  key.matches(".*(heads|groups|head_dim|time_embed_dim|size)|architectures");
              boolean ours = key.matches("(cross|hidden|intermediate|vocab).*size|.*attention_dim");
              boolean plain = key.equals("transformer_layers_per_block") || golden.get(key) == null;
              if ((!stated || ours) && !plain) {
                assertThat(config.get(key).toString())
                    .as("%s %s", part.name(), key)
                    .isEqualTo(golden.get(key).toString());
              }
            });
  }

  /** The values themselves, beside the digest: the third part, and the matrix turned over. */
  @Test
  void weights_openClip_areSplitAndTransposed() {
    TinyPipeline tiny = TinyPipeline.of("sdxl");
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> original = tiny.fileWeights();
      Path file = write(original);
      String prefix = "conditioner.embedders.1.model.";
      String value = "text_model.encoder.layers.1.self_attn.v_proj.weight";
      try (SingleFile model = open(file);
          Weights weights =
              model.component("text_encoder_2").some(List.of(value, "text_projection.weight"))) {
        Tensor fused = original.get(prefix + "transformer.resblocks.1.attn.in_proj_weight");
        assertThat(TinyPipeline.values(weights.tensor(value)))
            .isEqualTo(TinyPipeline.values(fused.narrow(0, 16, 8)));
        assertThat(TinyPipeline.values(weights.tensor("text_projection.weight")))
            .isEqualTo(TinyPipeline.values(original.get(prefix + "text_projection").t()));
      }
    }
  }

  /** A folder converted from a file has the file's digest. */
  @ParameterizedTest
  @ValueSource(strings = {"sd1", "sd2", "sdxl"})
  void digest_ofTheConvertedFolder_isTheFiles(String name) {
    TinyPipeline tiny = TinyPipeline.of(name);
    Path file = tiny.writeFile(temporary.resolve("x.safetensors"), Dtype.BF16);
    Path folder = tiny.writeFolder(temporary.resolve("model"), Dtype.BF16);
    try (SingleFile model = open(file)) {
      for (String part : tiny.components()) {
        try (Weights weights = model.component(part).weights(tiny.shapes(part))) {
          Path to = folder.resolve(part + "/" + TinyPipeline.stem(part) + ".safetensors");
          Safetensors.write(to, weights.tensors(), Dtype.BF16);
        }
      }
      try (DiffusionFolder converted = DiffusionFolder.open(folder)) {
        assertThat(converted.digest()).isEqualTo(model.digest());
      }
    }
  }

  /** Of a tensor that holds three, the two others keep their bytes, as does all else. */
  @Test
  void write_changedParts_changeTheirBytesAlone() throws IOException {
    TinyPipeline tiny = TinyPipeline.of("sdxl");
    Path file = tiny.writeFile(temporary.resolve("x.safetensors"), Dtype.F16);
    Path copy = temporary.resolve("copy.safetensors");
    String key = "text_model.encoder.layers.0.self_attn.k_proj.weight";
    try (PointerScope scope = new PointerScope();
        SingleFile model = open(file)) {
      Tensor keys = torch.ones(8, 8);
      Tensor projection = torch.arange(new Scalar(64f)).reshape(8, 8);
      model.write(
          copy, Map.of("text_encoder_2", Map.of(key, keys, "text_projection.weight", projection)));
      String prefix = "conditioner.embedders.1.model.";
      byte[] before = Files.readAllBytes(file);
      byte[] after = Files.readAllBytes(copy);
      try (Safetensors header = Safetensors.open(copy)) {
        Tensor turned = header.read(prefix + "text_projection");
        assertThat(TinyPipeline.values(turned)).isEqualTo(TinyPipeline.values(projection.t()));
        int fused =
            (int) header.entry(prefix + "transformer.resblocks.0.attn.in_proj_weight").offset();
        Arrays.fill(before, fused + 128, fused + 256, (byte) 0);
        Arrays.fill(after, fused + 128, fused + 256, (byte) 0);
        int last = (int) header.entry(prefix + "text_projection").offset();
        Arrays.fill(before, last, last + 128, (byte) 0);
        Arrays.fill(after, last, last + 128, (byte) 0);
      }
      assertThat(after).isEqualTo(before);
      try (SingleFile edited = open(copy);
          Weights weights = edited.component("text_encoder_2").some(List.of(key))) {
        assertThat(TinyPipeline.values(weights.tensor(key))).containsOnly(1);
      }
      assertThatThrownBy(() -> model.write(copy, Map.of()))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("is there already");
    }
  }

  @Test
  void open_extras_areCarriedAlong() throws IOException {
    TinyPipeline tiny = TinyPipeline.of("sd2");
    Path copy = temporary.resolve("copy.safetensors");
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>(tiny.fileWeights());
      for (String extra :
          new String[] {
            "model_ema.diffusion_modelinput_blocks00weight",
            "model_ema.decay",
            "first_stage_model.loss.discriminator.main.0.weight",
            "betas",
            "alphas_cumprod",
            "alphas_cumprod_prev",
            "sqrt_one_minus_alphas_cumprod",
            "log_one_minus_alphas_cumprod",
            "posterior_log_variance_clipped",
            "posterior_mean_coef2",
            "cond_stage_model.model.logit_scale",
            "cond_stage_model.model.transformer.resblocks.23.attn.in_proj_weight",
          }) {
        tensors.put(extra, torch.ones(4));
      }
      tensors.put("global_step", torch.arange(new Scalar(1)).to(Dtype.I64.scalarType()));
      Path file = write(tensors);
      try (SingleFile model = open(file)) {
        assertThat(model.extras()).hasSize(13 + 1); // and the text projection that nothing uses
        assertThat(model.hasAverages()).isTrue();
        assertThat(model.digest()).isEqualTo(tiny.golden().get("file_digest").asText());
        model.write(copy, Map.of());
      }
      assertThat(Files.mismatch(file, copy)).isEqualTo(-1);
    }
  }

  @Test
  void open_unknownNames_areRefused() {
    TinyPipeline tiny = TinyPipeline.of("sd1");
    try (PointerScope scope = new PointerScope()) {
      for (String unknown :
          new String[] {
            "model.diffusion_model.input_blocks.1.2.in_layers.0.weight",
            "model.diffusion_model.input_blocks.1.0.op.weight",
            "model.diffusion_model.input_blocks.1.0.in_layers.1.weight",
            "model.diffusion_model.middle_block.3.in_layers.0.weight",
            "model.diffusion_model.output_blocks.0.1.conv.weight",
            "model.diffusion_model.conv_in.weight",
            "first_stage_model.encoder.mid.attn_2.q.weight",
            "first_stage_model.encoder.down.0.upsample.conv.weight",
            "cond_stage_model.transformer.text_model.encoder.layers.0.mlp.fc3.weight",
            "cond_stage_model.model.ln_final.weight",
            "control_model.input_blocks.0.0.weight",
            "lora_unet_down",
            "../x",
          }) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(tiny.fileWeights());
        tensors.put(unknown, torch.ones(4));
        Path file = write(tensors);
        assertThatThrownBy(() -> open(file).close())
            .as(unknown)
            .isInstanceOf(CorruptArtifact.class)
            .hasMessageMatching(".* is not one of Stable Diffusion 1; \\d+ surplus in all");
      }
    }
  }

  @Test
  void open_otherModels_areUnsupported() throws IOException {
    Path pickle = temporary.resolve("model.ckpt");
    TinyPipeline.text(pickle, "pickled");
    assertThatThrownBy(() -> open(pickle))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("pickle checkpoints are never loaded; convert to safetensors");
    assertThatThrownBy(() -> open(temporary.resolve("none.safetensors")))
        .isInstanceOf(InvalidRequest.class);
    try (PointerScope scope = new PointerScope()) {
      Path lora = write(Map.of("lora_unet_down.weight", torch.ones(4)));
      assertThatThrownBy(() -> open(lora))
          .isInstanceOf(UnsupportedModel.class)
          .hasMessageContaining("has no U-Net of theirs");
      Path refiner =
          write(
              Map.of(
                  "model.diffusion_model.out.0.weight", torch.ones(4),
                  "conditioner.embedders.0.model.ln_final.weight", torch.ones(4)));
      assertThatThrownBy(() -> open(refiner))
          .isInstanceOf(UnsupportedModel.class)
          .hasMessageContaining("has no text encoder of theirs");
    }
  }

  @Test
  void open_misshapenParts_areCorrupt() {
    TinyPipeline tiny = TinyPipeline.of("sdxl");
    String layer = "conditioner.embedders.1.model.transformer.resblocks.0.attn.in_proj_bias";
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>(tiny.fileWeights());
      tensors.put(layer, torch.ones(25));
      Path file = write(tensors);
      assertThatThrownBy(() -> open(file).close())
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("has shape [25], wanted three parts");
      tensors.put(layer, torch.ones(24));
      tensors.put("conditioner.embedders.1.model.text_projection", torch.ones(8));
      Path other = write(tensors);
      assertThatThrownBy(() -> open(other).close())
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("wanted a matrix");
    }
  }

  @Test
  void scheduler_secondVersion_mustBeToldWhatItPredicts() {
    Path file = TinyPipeline.of("sd2").writeFile(temporary.resolve("x.safetensors"), Dtype.F32);
    try (SingleFile model = open(file)) {
      assertThatThrownBy(model::scheduler)
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("say epsilon (512 pixels) or v_prediction (768 pixels)");
      assertThat(model.component("unet").config().get("sample_size").asInt()).isEqualTo(64);
    }
    try (SingleFile model = SingleFile.open(file, Optional.of(SingleFile.Prediction.VELOCITY))) {
      assertThat(model.scheduler().get("prediction_type").asText()).isEqualTo("v_prediction");
      assertThat(model.component("unet").config().get("sample_size").asInt()).isEqualTo(96);
    }
  }
}

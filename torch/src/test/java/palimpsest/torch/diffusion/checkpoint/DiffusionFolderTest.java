package palimpsest.torch.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

class DiffusionFolderTest {
  private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
  private static final String TEXT = "text_encoder/model.safetensors";

  @TempDir Path temporary;

  private final TinyPipeline tiny = TinyPipeline.of("sd1");

  private Path folder() {
    return tiny.writeFolder(temporary.resolve("model"), Dtype.F32);
  }

  /** Writes a component's file anew. */
  private static void write(Path file, Map<String, Tensor> tensors) {
    Safetensors.write(file, tensors, Dtype.F32);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sd1", "sd2", "sdxl"})
  void weights_goldenPipelines_areAllThereAndHaveThePythonDigest(String name) {
    TinyPipeline pipeline = TinyPipeline.of(name);
    Path folder = pipeline.writeFolder(temporary.resolve(name), Dtype.F32);
    try (DiffusionFolder model = DiffusionFolder.open(folder)) {
      assertThat(model.components()).containsExactlyInAnyOrderElementsOf(pipeline.components());
      assertThat(model.digest()).isEqualTo(pipeline.golden().get("folder_digest").asText());
      for (String component : pipeline.components()) {
        Component part = model.component(component);
        assertThat(part.shapes()).isEqualTo(pipeline.shapes(component));
        assertThat(part.config()).isEqualTo(pipeline.golden().get("configs").get(component));
        try (PointerScope scope = new PointerScope();
            Weights weights = part.weights(pipeline.shapes(component))) {
          pipeline
              .weights(component)
              .forEach(
                  (n, t) ->
                      assertThat(TinyPipeline.values(weights.tensor(n)))
                          .isEqualTo(TinyPipeline.values(t)));
        }
      }
    }
  }

  @Test
  void weights_missingSurplusMisshapen_areNamed() {
    try (DiffusionFolder model = DiffusionFolder.open(folder())) {
      Component part = model.component("text_encoder");
      Map<String, List<Long>> wanted = new LinkedHashMap<>(tiny.shapes("text_encoder"));
      wanted.put("text_model.more.weight", List.of(2L));
      assertThatThrownBy(() -> part.weights(wanted))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("\"text_model.more.weight\" missing; 1 missing in all");
      wanted.remove("text_model.more.weight");
      wanted.remove("text_model.final_layer_norm.bias");
      assertThatThrownBy(() -> part.weights(wanted))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("\"text_model.final_layer_norm.bias\" surplus; 1 surplus in all");
      wanted.put("text_model.final_layer_norm.bias", List.of(13L));
      assertThatThrownBy(() -> part.weights(wanted))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("final_layer_norm.bias has shape [12], wanted [13]");
      assertThatThrownBy(() -> part.some(List.of("none")))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("\"none\" missing");
      assertThatThrownBy(() -> model.component("text_encoder_2"))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("has no component text_encoder_2");
    }
  }

  /** A NaN is noticed only where it is read, and a component's files only when it is opened. */
  @Test
  void some_readsNothingElse() throws IOException {
    Path folder = folder();
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> weights = tiny.weights("unet");
      Safetensors.write(folder.resolve(UNET), weights, Dtype.F32);
      byte[] bytes = Files.readAllBytes(folder.resolve(UNET));
      try (Safetensors file = Safetensors.open(folder.resolve(UNET))) {
        int at = (int) file.entry("conv_in.weight").offset();
        bytes[at + 2] = (byte) 0xc0;
        bytes[at + 3] = 0x7f;
      }
      Files.write(folder.resolve(UNET), bytes);
    }
    Files.delete(folder.resolve("vae/diffusion_pytorch_model.safetensors"));
    try (DiffusionFolder model = DiffusionFolder.open(folder)) {
      Component unet = model.component("unet");
      try (Weights maps = unet.some(tiny.maps())) {
        assertThat(maps.tensors().keySet()).containsExactlyInAnyOrderElementsOf(tiny.maps());
      }
      assertThatThrownBy(() -> unet.weights(tiny.shapes("unet")))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("conv_in.weight holds NaN or infinity");
      assertThatThrownBy(() -> model.component("vae"))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("has neither diffusion_pytorch_model.safetensors nor an index");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "diffusion_pytorch_model.safetensors.index.json",
        "diffusion_pytorch_model.safetensors.index.fp16.json",
        "diffusion_pytorch_model.safetensors.fp16.index.json"
      })
  void weights_shards_areThoseOfTheWhole(String index) throws IOException {
    Path folder = folder();
    String digest = digest(folder);
    shard(folder, index);
    assertThat(digest(folder)).isEqualTo(digest);
    Path copy = temporary.resolve("copy");
    try (DiffusionFolder model = DiffusionFolder.open(folder)) {
      model.write(copy, Map.of());
    }
    assertThat(TinyPipeline.files(copy).keySet()).isEqualTo(TinyPipeline.files(folder).keySet());
    assertThat(digest(copy)).isEqualTo(digest);
  }

  private void shard(Path folder, String index) throws IOException {
    ObjectNode map = JsonNodeFactory.instance.objectNode();
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> even = new LinkedHashMap<>();
      Map<String, Tensor> odd = new LinkedHashMap<>();
      tiny.weights("unet")
          .forEach(
              (name, tensor) -> {
                boolean first = name.hashCode() % 2 == 0;
                map.put(name, first ? "a-00001-of-00002.safetensors" : "b.safetensors");
                (first ? even : odd).put(name, tensor);
              });
      write(folder.resolve("unet/a-00001-of-00002.safetensors"), even);
      write(folder.resolve("unet/b.safetensors"), odd);
    }
    Files.delete(folder.resolve(UNET));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("weight_map", map);
    TinyPipeline.text(folder.resolve("unet/" + index), json.toString());
  }

  private static String digest(Path folder) {
    try (DiffusionFolder model = DiffusionFolder.open(folder)) {
      return model.digest();
    }
  }

  @Test
  void weights_variantAlone_isTaken_twoAreNot() throws IOException {
    Path folder = folder();
    String digest = digest(folder);
    Path variant = folder.resolve("text_encoder/model.fp16.safetensors");
    Files.move(folder.resolve(TEXT), variant);
    assertThat(digest(folder)).isEqualTo(digest);
    Files.copy(variant, folder.resolve("text_encoder/model.ema.safetensors"));
    assertThatThrownBy(() -> digest(folder))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("model.ema.safetensors, model.fp16.safetensors");
  }

  /**
   * Names of old and of new versions stand for the common ones; buffers are passed over; the
   * matrices of the autoencoder's attention may be convolutions.
   */
  @Test
  void weights_otherVersionsNames_areTheCommonOnes() {
    Path folder = folder();
    String digest = digest(folder);
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> vae = new LinkedHashMap<>();
      tiny.weights("vae")
          .forEach(
              (name, t) -> {
                String old = name.replace(".to_q.", ".query.").replace(".to_k.", ".key.");
                old = old.replace(".to_v.", ".value.").replace(".to_out.0.", ".proj_attn.");
                boolean matrix = !old.equals(name) && t.dim() == 2;
                vae.put(old, matrix ? t.unsqueeze(2).unsqueeze(3) : t);
              });
      assertThat(vae).containsKey("encoder.mid_block.attentions.0.proj_attn.weight");
      write(folder.resolve("vae/diffusion_pytorch_model.safetensors"), vae);
      Map<String, Tensor> text = new LinkedHashMap<>();
      tiny.weights("text_encoder").forEach((name, t) -> text.put(name.substring(11), t));
      text.put(
          "embeddings.position_ids",
          torch.arange(new Scalar(9)).to(Dtype.I64.scalarType()).reshape(1, 9));
      write(folder.resolve(TEXT), text);
    }
    assertThat(digest(folder)).isEqualTo(digest);
  }

  @Test
  void open_pickles_areRefused() throws IOException {
    Path folder = folder();
    Files.move(folder.resolve(UNET), folder.resolve("unet/diffusion_pytorch_model.bin"));
    try (DiffusionFolder model = DiffusionFolder.open(folder)) {
      assertThatThrownBy(() -> model.component("unet"))
          .isInstanceOf(UnsupportedModel.class)
          .hasMessageContaining("pickle checkpoints are never loaded; convert to safetensors");
    }
    Path other = Files.createDirectory(temporary.resolve("other"));
    TinyPipeline.text(other.resolve("v1-5-pruned.ckpt"), "x");
    assertThatThrownBy(() -> DiffusionFolder.open(other)).isInstanceOf(UnsupportedModel.class);
  }

  @Test
  void open_otherFolders_areRefusedInWords() throws IOException {
    assertThatThrownBy(() -> DiffusionFolder.open(temporary.resolve("none")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("not a folder");
    assertThatThrownBy(() -> DiffusionFolder.open(temporary))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("no model_index.json in it");
    Path index = folder().resolve("model_index.json");
    String plain = Files.readString(index);
    for (String[] change :
        new String[][] {
          {"StableDiffusionPipeline", "FluxPipeline", "pipeline \"FluxPipeline\"; supported"},
          {"UNet2DConditionModel", "UNet2DModel", "unet is of class \"UNet2DModel\""},
          {"\"unet\"", "\"../unet\"", "component \"../unet\" is none of Stable Diffusion"},
          {"[ \"diffusers\", \"AutoencoderKL\" ]", "[ null, null ]", "lists no vae"},
          {"[ \"diffusers\", \"AutoencoderKL\" ]", "[ 1 ]", "\"vae\" is not a pair"},
          {"{", "", "not "},
        }) {
      Files.writeString(index, plain.replace(change[0], change[1]));
      assertThatThrownBy(() -> DiffusionFolder.open(index.getParent()))
          .as(change[1])
          .isInstanceOfAny(UnsupportedModel.class, CorruptArtifact.class)
          .hasMessageContaining(change[2]);
    }
  }
}

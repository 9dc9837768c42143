package palimpsest.torch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static palimpsest.torch.checkpoint.SafetensorsTest.floats;
import static palimpsest.torch.checkpoint.SafetensorsTest.values;
import static palimpsest.torch.checkpoint.TinyCheckpoint.TINY;
import static palimpsest.torch.checkpoint.TinyCheckpoint.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;

/** Reading a checkpoint, and what is refused of it. */
class CheckpointTest {
  private static final Path GOLDEN = Path.of("../testkit/golden/llama");
  private static final String EMBEDDING = "model.embed_tokens.weight";

  @TempDir Path folder;

  private Path tiny(Map<String, Tensor> weights) throws IOException {
    Path to = Files.createDirectory(folder.resolve("model"));
    TINY.writeTo(to.resolve("config.json"));
    Safetensors.write(to.resolve("model.safetensors"), weights, Dtype.F32);
    return to;
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
  void read_golden_isWrittenBackEqualInEveryBit(String name) {
    Path source = GOLDEN.resolve(name);
    Path copy = folder.resolve("copy");
    Path wide = folder.resolve("wide");
    try (Checkpoint one = Checkpoint.read(source)) {
      assertThat(one.weights().keySet()).containsExactlyElementsOf(one.config().tensors().keySet());
      Checkpoint.write(copy, one.config(), one.weights(), Optional.of(source));
      Checkpoint.write(wide, one.config().withDtype(Dtype.F32), one.weights(), Optional.empty());
      try (Checkpoint same = Checkpoint.read(copy);
          Checkpoint wider = Checkpoint.read(wide)) {
        one.weights()
            .forEach(
                (key, tensor) ->
                    assertThat(values(same.weights().get(key))).isEqualTo(values(tensor)));
        assertThat(Digests.weights(same.weights())).isEqualTo(Digests.weights(one.weights()));
        assertThat(Digests.weights(wider.weights())).isEqualTo(Digests.weights(one.weights()));
        assertThat(same.config().dtype()).isEqualTo(one.config().dtype());
      }
    }
    assertThat(copy.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(source.resolve("tokenizer.json"));
    assertThat(wide).isDirectoryNotContaining("glob:**tokenizer.json");
  }

  @Test
  void read_insideAScope_outlivesItUntilClosed() throws IOException {
    Path model = tiny(weights(TINY));
    Checkpoint checkpoint;
    try (PointerScope scope = new PointerScope()) {
      checkpoint = Checkpoint.read(model);
    }
    Tensor embedding = checkpoint.weights().get(EMBEDDING);
    assertThat(values(embedding)).startsWith(0, 0.25f, 0.5f);
    checkpoint.close();
    assertThat(embedding.isNull()).isTrue();
  }

  @Test
  void read_againAndAgain_leaksNoPointers() throws IOException {
    Path model = tiny(weights(TINY));
    Checkpoint.read(model).close();
    long before = Pointer.totalCount();
    for (int i = 0; i < 20; i++) {
      Checkpoint.read(model).close();
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
  }

  @Test
  void read_missingTensor_isCorruptNamingIt() throws IOException {
    Map<String, Tensor> weights = weights(TINY);
    weights.remove("model.norm.weight");
    Path model = tiny(weights);
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("tensor model.norm.weight is missing; 1 missing in all");
  }

  @Test
  void read_surplusTensor_isCorruptNamingIt() throws IOException {
    Map<String, Tensor> weights = weights(TINY);
    weights.put("model.layers.1.mlp.up_proj.weight", floats(1));
    Path model = tiny(weights);
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("\"model.layers.1.mlp.up_proj.weight\" is not one of");
  }

  @Test
  void read_misshapenTensor_isCorruptWithBothShapes() throws IOException {
    Map<String, Tensor> weights = weights(TINY);
    weights.put("model.norm.weight", floats(1, 2));
    Path model = tiny(weights);
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("model.norm.weight has shape [2], wanted [8]");
  }

  @Test
  void read_notFiniteWeight_isCorruptNamingIt() throws IOException {
    Map<String, Tensor> weights = weights(TINY);
    Path model = tiny(weights);
    Path file = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] = 0x7f;
    bytes[bytes.length - 2] = (byte) 0x80; // the last float32 becomes infinity
    bytes[bytes.length - 3] = 0;
    bytes[bytes.length - 4] = 0;
    Files.write(file, bytes);
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("model.norm.weight");
  }

  @Test
  void read_integerWeight_isUnsupported() throws IOException {
    Map<String, Tensor> weights = weights(TINY);
    weights.computeIfPresent("model.norm.weight", (n, t) -> t.to(Dtype.I64.scalarType()));
    Path model = tiny(weights);
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("model.norm.weight has dtype I64");
  }

  @Test
  void read_oldRotaryBuffers_areIgnored() throws IOException {
    Map<String, Tensor> weights = weights(TINY);
    weights.put("model.layers.0.self_attn.rotary_emb.inv_freq", floats(1, 2));
    try (Checkpoint checkpoint = Checkpoint.read(tiny(weights))) {
      assertThat(checkpoint.weights()).hasSize(TINY.tensors().size());
    }
  }

  @Test
  void read_tiedOutputStoredEqual_isAcceptedAndLeftOut() throws IOException {
    Map<String, Tensor> weights = weights(TINY);
    weights.put("lm_head.weight", weights.get(EMBEDDING));
    try (Checkpoint checkpoint = Checkpoint.read(tiny(weights))) {
      assertThat(checkpoint.weights()).doesNotContainKey("lm_head.weight");
    }
  }

  /** Minus zero equals zero but is another bit pattern. */
  @Test
  void read_tiedOutputStoredOtherwise_isCorrupt() throws IOException {
    Map<String, Tensor> weights = weights(TINY);
    weights.put("lm_head.weight", weights.get(EMBEDDING).neg().neg());
    weights.get("lm_head.weight").select(0, 0).select(0, 0).neg_();
    Path model = tiny(weights);
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("lm_head.weight differs");
  }

  @Test
  void read_pickleOnly_isNeverLoaded() throws IOException {
    TINY.writeTo(folder.resolve("config.json"));
    Files.write(folder.resolve("pytorch_model.bin"), new byte[] {1});
    assertThatThrownBy(() -> Checkpoint.read(folder))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("pickle checkpoints are never loaded; convert to safetensors");
  }

  @Test
  void read_noWeightsOrNoConfigOrNoFolder_isAnErrorEach() throws IOException {
    assertThatThrownBy(() -> Checkpoint.read(folder))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageEndingWith("no config.json in it: give the folder of a checkpoint");
    Files.writeString(folder.resolve("adapter_config.json"), "{}");
    assertThatThrownBy(() -> Checkpoint.read(folder))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageEndingWith("but an adapter: give the model that it was merged into");
    TINY.writeTo(Files.createDirectories(folder.resolve("model")).resolve("config.json"));
    assertThatThrownBy(() -> Checkpoint.read(folder))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageEndingWith("did you mean " + folder.resolve("model") + "?");
    Files.write(folder.resolve("model.safetensors"), new byte[8]);
    assertThatThrownBy(() -> Checkpoint.read(folder)).isInstanceOf(CorruptArtifact.class);
    Files.delete(folder.resolve("model.safetensors"));
    TINY.writeTo(folder.resolve("config.json"));
    assertThatThrownBy(() -> Checkpoint.read(folder))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("has neither");
    assertThatThrownBy(() -> Checkpoint.read(folder.resolve("none")))
        .isInstanceOf(InvalidRequest.class);
  }

  @Test
  void read_wholeFileAndIndex_isAmbiguous() throws IOException {
    Path model = tiny(weights(TINY));
    Files.writeString(model.resolve("model.safetensors.index.json"), "{}");
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("has both");
  }
}

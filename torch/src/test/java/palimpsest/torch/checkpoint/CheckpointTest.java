package palimpsest.torch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static palimpsest.torch.checkpoint.SafetensorsTest.floats;
import static palimpsest.torch.checkpoint.SafetensorsTest.values;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Diverged;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;

class CheckpointTest {
  private static final Path GOLDEN = Path.of("../testkit/golden/llama");
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final LlamaConfig TINY = LlamaConfig.plain(12, 8, 6, 1, 2, 1, 16, true);

  @TempDir Path folder;

  private static Map<String, Tensor> weights(LlamaConfig config) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    config
        .tensors()
        .forEach(
            (name, shape) -> {
              long[] sizes = shape.stream().mapToLong(n -> n).toArray();
              Tensor numbers = torch.arange(new Scalar((float) torch.empty(sizes).numel()));
              weights.put(name, numbers.mul(new Scalar(0.25f)).reshape(sizes));
            });
    return weights;
  }

  private Path tiny(Map<String, Tensor> weights) throws IOException {
    Path to = Files.createDirectory(folder.resolve("model"));
    TINY.writeTo(to.resolve("config.json"));
    Safetensors.write(to.resolve("model.safetensors"), weights, Dtype.F32);
    return to;
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
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

  /** Two files of one model whose raw tensor bytes must agree: ours and the one it came from. */
  @ParameterizedTest
  @ValueSource(strings = {"bf16", "f16", "mha"})
  void write_golden_storesTheBytesOfTheOriginal(String name) throws IOException {
    Path copy = folder.resolve("copy");
    try (Checkpoint one = Checkpoint.read(GOLDEN.resolve(name))) {
      Checkpoint.write(copy, one.config(), one.weights(), Optional.empty());
    }
    Path ours = copy.resolve("model.safetensors");
    Path theirs = GOLDEN.resolve(name).resolve("model.safetensors");
    byte[] ourBytes = Files.readAllBytes(ours);
    byte[] theirBytes = Files.readAllBytes(theirs);
    try (Safetensors a = Safetensors.open(ours);
        Safetensors b = Safetensors.open(theirs)) {
      for (String tensor : a.names()) {
        assertThat(slice(ourBytes, a.entry(tensor))).isEqualTo(slice(theirBytes, b.entry(tensor)));
      }
    }
  }

  private static byte[] slice(byte[] bytes, Safetensors.Entry entry) {
    int from = Math.toIntExact(entry.offset());
    return java.util.Arrays.copyOfRange(bytes, from, from + Math.toIntExact(entry.length()));
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

  private Path sharded() throws IOException {
    return copy(GOLDEN.resolve("sharded"), folder.resolve("sharded"));
  }

  private static void editIndex(Path model, java.util.function.Consumer<ObjectNode> edit) {
    Path index = model.resolve("model.safetensors.index.json");
    ObjectNode json = JsonFile.read(index);
    edit.accept((ObjectNode) json.get("weight_map"));
    JsonFile.write(index, json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../model.safetensors",
        "/etc/passwd",
        "a/b.safetensors",
        "..",
        "",
        "C:\\x.safetensors",
        "model.bin",
        ".safetensors"
      })
  void read_shardNameNotPlain_isCorrupt(String name) throws IOException {
    Path model = sharded();
    editIndex(model, map -> map.put(EMBEDDING, name));
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("wanted a plain file name");
  }

  @Test
  void read_shardMissing_isCorruptNamingIt() throws IOException {
    Path model = sharded();
    Files.delete(model.resolve("model-00002-of-00005.safetensors"));
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("model-00002-of-00005.safetensors");
  }

  @Test
  void read_listedTensorNotInItsShard_isCorrupt() throws IOException {
    Path model = sharded();
    editIndex(model, map -> map.put("model.more", "model-00001-of-00005.safetensors"));
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("has no tensor \"model.more\"");
  }

  @Test
  void read_tensorInAShardButNotListed_isCorrupt() throws IOException {
    Path model = sharded();
    editIndex(model, map -> map.remove(EMBEDDING));
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("is not listed for this file");
  }

  @Test
  void read_emptyIndex_isCorrupt() throws IOException {
    Path model = sharded();
    editIndex(model, ObjectNode::removeAll);
    assertThatThrownBy(() -> Checkpoint.read(model))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("has no weight_map");
  }

  @Test
  void write_existingFolder_isRefusedAndUntouched() throws IOException {
    Path there = Files.createDirectory(folder.resolve("there"));
    assertThatThrownBy(() -> Checkpoint.write(there, TINY, weights(TINY), Optional.empty()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is there already");
    assertThat(there).isEmptyDirectory();
  }

  @Test
  void write_notFinite_leavesNothingBehind() {
    Map<String, Tensor> weights = weights(TINY);
    weights.put("model.norm.weight", floats(1, 2, 3, 4, 5, 6, 7, Float.NaN));
    assertThatThrownBy(
            () -> Checkpoint.write(folder.resolve("new"), TINY, weights, Optional.empty()))
        .isInstanceOf(Diverged.class);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void write_intoAMissingParent_isInvalid() {
    Path nowhere = folder.resolve("no").resolve("model");
    assertThatThrownBy(() -> Checkpoint.write(nowhere, TINY, weights(TINY), Optional.empty()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("cannot be written");
  }

  @Test
  void write_wrongTensors_isAnErrorOfOurs() {
    Map<String, Tensor> weights = new HashMap<>(weights(TINY));
    weights.put("more", floats(1));
    assertThatThrownBy(() -> Checkpoint.write(folder.resolve("m"), TINY, weights, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    weights.remove("more");
    weights.put("model.norm.weight", floats(1));
    assertThatThrownBy(() -> Checkpoint.write(folder.resolve("m"), TINY, weights, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * By hand, over name "w", shape [2], values 1 and -2: 8 bytes 1, "w", 8 bytes 1, 8 bytes 2,
   * 0000803f, 000000c0; the digest is sha256sum's.
   */
  @Test
  void digest_smallTensor_isThatOfItsDescription() {
    assertThat(Digests.weights(Map.of("w", floats(1, -2))))
        .isEqualTo("f5638ce0e04e739d1eacb131527bb4278abba0bc08238f34d1484b5bc271599a");
  }

  @Test
  void digest_nameShapeOrValueChanged_differsAndOrderDoesNot() {
    Tensor a = floats(1, 2);
    Tensor b = floats(3);
    Map<String, Tensor> other = new LinkedHashMap<>();
    other.put("b", b);
    other.put("a", a);
    Map<String, Tensor> map = new LinkedHashMap<>();
    map.put("a", a);
    map.put("b", b);
    assertThat(Digests.weights(map)).isEqualTo(Digests.weights(other));
    assertThat(
            List.of(
                Digests.weights(Map.of("a", a)),
                Digests.weights(Map.of("b", a)),
                Digests.weights(Map.of("a", a.reshape(1, 2))),
                Digests.weights(Map.of("a", a.neg())),
                Digests.weights(map)))
        .doesNotHaveDuplicates();
  }
}

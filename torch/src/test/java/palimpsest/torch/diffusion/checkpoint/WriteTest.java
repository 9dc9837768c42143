package palimpsest.torch.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Diverged;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Safetensors;

class WriteTest {
  private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
  private static final String BIAS = "conv_in.bias";

  @TempDir Path temporary;

  private final TinyPipeline tiny = TinyPipeline.of("sd1");

  private Path folder(Dtype dtype) {
    return tiny.writeFolder(temporary.resolve("model"), dtype);
  }

  /** All bytes are the source's but those of the changed tensor, which are rounded as stored. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void write_changedTensor_changesItsBytesAlone(Dtype dtype) throws IOException {
    Path source = folder(dtype);
    Path target = temporary.resolve("copy");
    try (PointerScope scope = new PointerScope();
        DiffusionFolder model = DiffusionFolder.open(source)) {
      Tensor bias = torch.arange(new Scalar(8f)).mul(new Scalar(0.1f));
      model.write(target, Map.of("unet", Map.of(BIAS, bias)));
      Map<String, byte[]> before = TinyPipeline.files(source);
      Map<String, byte[]> after = TinyPipeline.files(target);
      assertThat(after.keySet()).isEqualTo(before.keySet());
      for (String name : before.keySet()) {
        if (!name.equals(UNET)) {
          assertThat(after.get(name)).as(name).isEqualTo(before.get(name));
        }
      }
      requireSameOutside(source, before.get(UNET), after.get(UNET));
      try (Safetensors file = Safetensors.open(target.resolve(UNET))) {
        assertThat(TinyPipeline.values(file.read(BIAS)))
            .isEqualTo(TinyPipeline.values(bias.to(dtype.scalarType())));
      }
    }
  }

  private static void requireSameOutside(Path source, byte[] before, byte[] after) {
    try (Safetensors file = Safetensors.open(source.resolve(UNET))) {
      int start = (int) file.entry(BIAS).offset();
      int end = start + (int) file.entry(BIAS).length();
      assertThat(after).hasSameSizeAs(before);
      assertThat(Arrays.copyOf(after, start)).isEqualTo(Arrays.copyOf(before, start));
      assertThat(Arrays.copyOfRange(after, end, after.length))
          .isEqualTo(Arrays.copyOfRange(before, end, before.length));
      assertThat(Arrays.copyOfRange(after, start, end))
          .isNotEqualTo(Arrays.copyOfRange(before, start, end));
    }
  }

  /** They hold the weights before the edit. */
  @Test
  void write_otherFilesWithWeights_stayBehind() throws IOException {
    Path source = folder(Dtype.F16);
    Set<String> wanted = TinyPipeline.files(source).keySet();
    for (String name :
        new String[] {
          "v1-5-pruned.ckpt",
          "v1-5-pruned.safetensors",
          "unet/diffusion_pytorch_model.bin",
          "unet/diffusion_pytorch_model.non_ema.safetensors",
          "unet/diffusion_flax_model.msgpack",
          "unet/model.onnx",
          "text_encoder/pytorch_model.bin.index.json",
          "text_encoder/model.safetensors.index.fp16.json",
          "tokenizer/rust_model.ot.bin",
          "notes/secret.txt",
        }) {
      TinyPipeline.text(source.resolve(name), "old weights");
    }
    Path target = temporary.resolve("copy");
    try (DiffusionFolder model = DiffusionFolder.open(source)) {
      model.write(target, Map.of());
    }
    assertThat(TinyPipeline.files(target).keySet()).isEqualTo(wanted);
    assertThat(wanted).contains("safety_checker/pytorch_model.bin", "tokenizer/merges.txt");
  }

  @Test
  void write_whatCannotBeStored_isRefused_andLeavesNothing() {
    Path target = temporary.resolve("copy");
    try (PointerScope scope = new PointerScope();
        DiffusionFolder model = DiffusionFolder.open(folder(Dtype.F16))) {
      Tensor big = torch.full(new long[] {8}, new Scalar(70_000f));
      assertThatThrownBy(() -> model.write(target, Map.of("unet", Map.of(BIAS, big))))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("conv_in.bias is too large for F16");
      Tensor nan = big.mul(new Scalar(Float.NaN));
      assertThatThrownBy(() -> model.write(target, Map.of("unet", Map.of(BIAS, nan))))
          .isInstanceOf(Diverged.class);
      Tensor wide = torch.zeros(9);
      assertThatThrownBy(() -> model.write(target, Map.of("unet", Map.of(BIAS, wide))))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("of shape [9], wanted [8]");
      assertThatThrownBy(() -> model.write(target, Map.of("unet", Map.of("no.such", wide))))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("has no tensor no.such to be changed");
      assertThatThrownBy(() -> model.write(target, Map.of("brain", Map.of(BIAS, wide))))
          .isInstanceOf(InvalidRequest.class);
    }
    assertThat(temporary.toFile().list()).containsExactly("model");
  }

  @Test
  void write_ontoSomething_isRefused() throws IOException {
    Path source = folder(Dtype.F32);
    Path file = Files.createFile(temporary.resolve("file"));
    Path broken = Files.createSymbolicLink(temporary.resolve("link"), Path.of("nowhere"));
    try (DiffusionFolder model = DiffusionFolder.open(source)) {
      for (Path target : new Path[] {source, file, broken}) {
        assertThatThrownBy(() -> model.write(target, Map.of()))
            .isInstanceOf(InvalidRequest.class)
            .hasMessageContaining("is there already");
      }
      assertThatThrownBy(() -> model.write(temporary.resolve("no/such"), Map.of()))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("no such file or folder");
    }
  }

  @Test
  void write_sourceTruncatedMeanwhile_leavesNothing() throws IOException {
    Path source = folder(Dtype.F32);
    try (DiffusionFolder model = DiffusionFolder.open(source)) {
      model.component("unet");
      byte[] bytes = Files.readAllBytes(source.resolve(UNET));
      Files.write(source.resolve(UNET), Arrays.copyOf(bytes, bytes.length / 2));
      assertThatThrownBy(() -> model.write(temporary.resolve("copy"), Map.of()))
          .isInstanceOfAny(InvalidRequest.class, CorruptArtifact.class)
          .hasMessageContaining("ends at byte");
    }
    assertThat(temporary.toFile().list()).containsExactly("model");
  }

  /** Each line of the digest counts: a name, a type, a shape, an element, a component. */
  @Test
  void digest_anyChange_isAnother_butNotAConfiguration() {
    Path source = folder(Dtype.F32);
    Map<String, String> digests = new HashMap<>();
    digests.put("as it is", digest(source));
    TinyPipeline.text(source.resolve("unet/config.json"), "{}");
    assertThat(digests.get("as it is")).isEqualTo(digest(source));
    try (PointerScope scope = new PointerScope()) {
      Path file = source.resolve("text_encoder/model.safetensors");
      Map<String, Tensor> weights = tiny.weights("text_encoder");
      String name = "text_model.final_layer_norm.bias";
      Tensor bias = weights.get(name);
      weights.put(name, bias.reshape(3, 4));
      Safetensors.write(file, weights, Dtype.F32);
      digests.put("shape", digest(source));
      weights.put(name, bias.flip(0));
      Safetensors.write(file, weights, Dtype.F32);
      digests.put("elements", digest(source));
      weights.put(name, bias);
      Safetensors.write(file, weights, Dtype.BF16);
      digests.put("type", digest(source));
      weights.remove(name);
      weights.put("text_model.other", bias);
      Safetensors.write(file, weights, Dtype.F32);
      digests.put("name", digest(source));
    }
    assertThat(Set.copyOf(digests.values())).hasSameSizeAs(digests.keySet());
  }

  private static String digest(Path folder) {
    try (DiffusionFolder model = DiffusionFolder.open(folder)) {
      return model.digest();
    }
  }
}

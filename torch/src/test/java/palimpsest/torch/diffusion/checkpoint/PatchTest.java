package palimpsest.torch.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Safetensors;

class PatchTest {
  private static final String UNET = "unet/diffusion_pytorch_model.safetensors";

  @TempDir Path temporary;

  private final TinyPipeline tiny = TinyPipeline.of("sd1");

  private Path folder(Dtype dtype) {
    return tiny.writeFolder(temporary.resolve("model"), dtype);
  }

  private static LowRank matrix(int rank, int width) {
    SplittableRandom random = new SplittableRandom(2);
    double[][] pairs = new double[2 * rank][width];
    for (double[] vector : pairs) {
      Arrays.setAll(vector, k -> 0.3 * random.nextGaussian());
    }
    return LowRank.of(Arrays.copyOf(pairs, rank), Arrays.copyOfRange(pairs, rank, 2 * rank));
  }

  private Path rankPatch(Path source) {
    Path file = temporary.resolve("edit.safetensors");
    try (DiffusionFolder model = DiffusionFolder.open(source)) {
      new PatchWriter(model, "image.uce").rank(file, matrix(2, 12), tiny.maps());
    }
    return file;
  }

  private static String digest(Path folder) {
    try (DiffusionFolder model = DiffusionFolder.open(folder)) {
      return model.digest();
    }
  }

  private void applyAndRevert(Path source, Path file) throws IOException {
    Path edited = temporary.resolve("edited");
    Path reverted = temporary.resolve("reverted");
    try (Patch patch = Patch.open(file)) {
      try (DiffusionFolder model = DiffusionFolder.open(source)) {
        patch.apply(model, edited);
      }
      assertThat(digest(edited)).isEqualTo(patch.result()).isNotEqualTo(patch.source());
      try (DiffusionFolder model = DiffusionFolder.open(edited)) {
        patch.revert(model, reverted);
      }
      assertThat(digest(reverted)).isEqualTo(patch.source()).isEqualTo(digest(source));
    }
    Map<String, byte[]> before = TinyPipeline.files(source);
    Map<String, byte[]> after = TinyPipeline.files(reverted);
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(before.get(name)));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void rank_forthAndBack_restoresEveryByte(Dtype dtype) throws IOException {
    Path source = folder(dtype);
    Path file = rankPatch(source);
    applyAndRevert(source, file);
    try (Patch patch = Patch.open(file)) {
      assertThat(patch.method()).isEqualTo("image.uce");
      assertThat(patch.tensors().get("unet")).containsExactlyInAnyOrderElementsOf(tiny.maps());
      LowRank parts = Principal.of(matrix(2, 12));
      assertThat(patch.matrix().orElseThrow().right())
          .isDeepEqualTo((dtype == Dtype.F32 ? parts : parts.single()).right());
    }
    try (Safetensors patch = Safetensors.open(file)) {
      assertThat(patch.metadata()).containsEntry("dtype", dtype.name());
    }
  }

  /**
   * What is stored is W R to within the rounding of its type, with R formed and applied by
   * libtorch.
   */
  @ParameterizedTest
  @EnumSource(names = {"F32", "F16"})
  void rank_applied_isTheProduct(Dtype dtype) {
    Path source = folder(dtype);
    Path edited = temporary.resolve("edited");
    try (PointerScope scope = new PointerScope();
        Patch patch = Patch.open(rankPatch(source));
        DiffusionFolder before = DiffusionFolder.open(source)) {
      patch.apply(before, edited);
      try (DiffusionFolder after = DiffusionFolder.open(edited);
          Weights old = before.component("unet").some(tiny.maps());
          Weights now = after.component("unet").some(tiny.maps())) {
        Tensor u = torch.from_blob(flat(matrix(2, 12).left()), new long[] {2, 12});
        Tensor v = torch.from_blob(flat(matrix(2, 12).right()), new long[] {2, 12});
        for (String name : tiny.maps()) {
          Tensor w = old.tensor(name).detach();
          Tensor wanted = w.add(w.matmul(u.t()).matmul(v));
          Tensor error = now.tensor(name).detach().sub(wanted).abs().max();
          assertThat(error.item_double()).isLessThan(dtype == Dtype.F32 ? 1e-6 : 2e-3);
        }
      }
    }
  }

  private static org.bytedeco.javacpp.FloatPointer flat(double[][] rows) {
    double[] all = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    float[] floats = new float[all.length];
    for (int i = 0; i < all.length; i++) {
      floats[i] = (float) all[i];
    }
    return new org.bytedeco.javacpp.FloatPointer(floats);
  }

  /** Any tensors of any component, by their differences. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void difference_forthAndBack_restoresEveryByte(Dtype dtype) throws IOException {
    Path source = folder(dtype);
    Path file = temporary.resolve("edit.safetensors");
    try (PointerScope scope = new PointerScope();
        DiffusionFolder model = DiffusionFolder.open(source)) {
      String embedding = "text_model.embeddings.token_embedding.weight";
      Tensor tokens = tiny.weights("text_encoder").get(embedding).mul(new Scalar(-1.5f));
      Tensor bias = torch.zeros(8);
      new PatchWriter(model, "image.esd eta=1")
          .differences(
              file,
              Map.of(
                  "text_encoder", Map.of(embedding, tokens), "unet", Map.of("conv_in.bias", bias)));
    }
    applyAndRevert(source, file);
    assertThat(temporary.toFile().list()).noneMatch(name -> name.endsWith(".part"));
  }

  /** A patch made of the folder serves the single file with the same weights, and back. */
  @ParameterizedTest
  @ValueSource(strings = {"sd1", "sd2", "sdxl"})
  void patch_ofASingleFile_restoresEveryByte(String kind) throws IOException {
    TinyPipeline pipeline = TinyPipeline.of(kind);
    Path source = pipeline.writeFile(temporary.resolve("x.safetensors"), Dtype.F16);
    Path file = temporary.resolve("edit.safetensors");
    Path edited = temporary.resolve("edited.safetensors");
    Path reverted = temporary.resolve("reverted.safetensors");
    int width = pipeline.shapes("unet").get(pipeline.maps().get(0)).get(1).intValue();
    try (SingleFile model = SingleFile.open(source, Optional.empty())) {
      new PatchWriter(model, "image.uce").rank(file, matrix(3, width), pipeline.maps());
      try (Patch patch = Patch.open(file)) {
        patch.apply(model, edited);
        try (SingleFile after = SingleFile.open(edited, Optional.empty())) {
          patch.revert(after, reverted);
        }
      }
    }
    assertThat(Files.mismatch(edited, source)).isPositive();
    assertThat(Files.mismatch(reverted, source)).isEqualTo(-1);
  }

  @Test
  void patch_ofAnotherCheckpoint_isRefused() {
    Path source = folder(Dtype.F32);
    Path edited = temporary.resolve("edited");
    try (Patch patch = Patch.open(rankPatch(source));
        DiffusionFolder model = DiffusionFolder.open(source)) {
      assertThatThrownBy(() -> patch.revert(model, edited))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("is taken back from a checkpoint of digest " + patch.result())
          .hasMessageContaining("on which that is done already");
      assertThat(edited).doesNotExist();
      patch.apply(model, edited);
      assertThatThrownBy(() -> patch.apply(model, edited))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("is there already");
    }
  }

  /**
   * Whatever bit of a patch's arrays is turned over, no checkpoint comes of it that is not right.
   */
  @Test
  void patch_damaged_writesNothing() throws IOException {
    Path source = folder(Dtype.F16);
    Path file = rankPatch(source);
    Path edited = temporary.resolve("edited");
    try (Patch patch = Patch.open(file);
        DiffusionFolder model = DiffusionFolder.open(source)) {
      patch.apply(model, edited);
    }
    byte[] bytes = Files.readAllBytes(file);
    Path damaged = temporary.resolve("damaged.safetensors");
    Path target = temporary.resolve("target");
    for (String array : List.of("coefficients/unet/", "lost/unet/", "right")) {
      byte[] copy = bytes.clone();
      try (Safetensors patch = Safetensors.open(file)) {
        Safetensors.Entry entry =
            patch.entry(patch.names().stream().filter(n -> n.startsWith(array)).findFirst().get());
        assertThat(entry.length()).isPositive();
        copy[(int) entry.offset() + (array.equals("lost/unet/") ? 0 : 6)] ^= 0x40;
      }
      Files.write(damaged, copy);
      try (Patch patch = Patch.open(damaged);
          DiffusionFolder model = DiffusionFolder.open(edited)) {
        assertThatThrownBy(() -> patch.revert(model, target))
            .as(array)
            .isInstanceOf(CorruptArtifact.class);
      }
      assertThat(target).doesNotExist();
    }
    assertThat(temporary.toFile().list()).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void open_notAPatch_isCorrupt() throws IOException {
    Path source = folder(Dtype.F32);
    assertThatThrownBy(() -> Patch.open(source.resolve(UNET)))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("of format \"pt\"; this reads palimpsest-patch-2");
    Path file = rankPatch(source);
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    for (String[] change :
        new String[][] {
          {"palimpsest-patch-2", "palimpsest-patch-1", "this reads palimpsest-patch-2"},
          {"\"kind\":\"rank\"", "\"kind\":\"rage\"", "not a patch: has kind"},
          {"\"source\":\"", "\"sauce_\":\"", "not a patch: has source"},
          {"\"lost/unet/", "\"lust/unet/", "which no patch of its kind has"},
          {"\"lost/unet/", "\"lost/../x/", "which no patch of its kind has"},
          {"\"left\":{\"dtype\":\"F64\"", "\"left\":{\"dtype\":\"I64\"", "wanted F64"},
          {"\"right\":", "\"write\":", "has no tensor \"right\""},
        }) {
      assertThat(change[1]).hasSameSizeAs(change[0]);
      int at = text.indexOf(change[0]);
      String damaged = text.substring(0, at) + change[1] + text.substring(at + change[1].length());
      Files.writeString(file, damaged, StandardCharsets.ISO_8859_1);
      assertThatThrownBy(() -> Patch.open(file).close())
          .as(change[1])
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining(change[2]);
    }
  }

  @Test
  void write_whatIsNoEditOfThese_isRefused() {
    Path file = temporary.resolve("edit.safetensors");
    try (DiffusionFolder model = DiffusionFolder.open(folder(Dtype.F32))) {
      PatchWriter writer = new PatchWriter(model, "image.uce");
      assertThatThrownBy(() -> writer.rank(file, matrix(1, 13), tiny.maps()))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("wanted a matrix of width 13");
      assertThatThrownBy(() -> writer.rank(file, matrix(1, 12), List.of()))
          .isInstanceOf(InvalidRequest.class);
      assertThatThrownBy(() -> writer.rank(file, matrix(1, 12), List.of("conv_in.bias")))
          .isInstanceOf(InvalidRequest.class);
      assertThatThrownBy(() -> writer.differences(file, Map.of()))
          .isInstanceOf(InvalidRequest.class);
      assertThatThrownBy(() -> new PatchWriter(model, "two\nlines"))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageNotContaining("\n");
    }
    assertThat(file).doesNotExist();
  }
}

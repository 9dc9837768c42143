package palimpsest.torch.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.Dtype;

/** What somebody may put into a folder to harm who reads or copies it. */
class HostileFolderTest {
  private static final String TEXT = "text_encoder/model.safetensors";

  @TempDir Path temporary;
  private Path folder;

  @BeforeEach
  void write() {
    folder = TinyPipeline.of("sd1").writeFolder(temporary.resolve("model"), Dtype.F32);
  }

  private void refuse(Class<? extends RuntimeException> as, String words) {
    Path copy = temporary.resolve("copy");
    assertThatThrownBy(
            () -> {
              try (DiffusionFolder model = DiffusionFolder.open(folder)) {
                model.component("text_encoder").config();
                model.digest();
                model.write(copy, Map.of());
              }
            })
        .isInstanceOf(as)
        .hasMessageContaining(words)
        .hasMessageNotContaining("\n");
    assertThat(copy).doesNotExist();
    assertThat(temporary.toFile().list()).noneMatch(name -> name.endsWith(".part"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../vae/diffusion_pytorch_model.safetensors",
        "/etc/hostname",
        "..",
        ".hidden.safetensors",
        "sub/model.safetensors",
        "model.bin",
        ""
      })
  void index_namesAnotherPlace_isCorrupt(String place) throws IOException {
    Files.delete(folder.resolve(TEXT));
    TinyPipeline.text(
        folder.resolve(TEXT + ".index.json"), "{\"weight_map\": {\"w\": \"" + place + "\"}}");
    refuse(CorruptArtifact.class, "wanted a plain file name ending in .safetensors");
  }

  @Test
  void index_missingShardOrTensor_isCorrupt() throws IOException {
    Path index = folder.resolve(TEXT + ".index.json");
    TinyPipeline.text(index, "{\"weight_map\": {\"w\": \"x.safetensors\"}}");
    refuse(CorruptArtifact.class, "has both model.safetensors and model.safetensors.index.json");
    Files.move(folder.resolve(TEXT), folder.resolve("text_encoder/y.safetensors"));
    refuse(CorruptArtifact.class, "x.safetensors: cannot be read: no such file");
    Files.move(
        folder.resolve("text_encoder/y.safetensors"), folder.resolve("text_encoder/x.safetensors"));
    refuse(CorruptArtifact.class, "has no tensor \"w\"");
    TinyPipeline.text(
        index, "{\"weight_map\": {\"text_model.final_layer_norm.bias\": \"x.safetensors\"}}");
    refuse(CorruptArtifact.class, "is not listed for this file");
    TinyPipeline.text(index, "{}");
    refuse(CorruptArtifact.class, "has no weight_map");
  }

  @Test
  void config_ofAGigabyte_isRefusedUnread() throws IOException {
    for (String name : new String[] {"text_encoder/config.json", "model_index.json"}) {
      try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
        file.setLength(1L << 30);
      }
      refuse(CorruptArtifact.class, "1073741824 bytes, wanted at most 1048576");
    }
  }

  @Test
  void header_lies_isCorrupt() throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(TEXT));
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
    Files.write(folder.resolve(TEXT), bytes);
    refuse(CorruptArtifact.class, "wanted at most 100000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"I64", "I32", "U8", "F64", "BOOL", "F8_E4M3"})
  void dtype_ofNoWeight_isUnsupported(String dtype) throws IOException {
    int width = Map.of("I64", 8, "I32", 4, "F64", 8).getOrDefault(dtype, 1);
    writeTensor("text_model.w", dtype, width);
    refuse(UnsupportedModel.class, "has dtype " + dtype + "; supported: F32, F16, BF16");
  }

  private void writeTensor(String name, String dtype, int width) throws IOException {
    String header =
        "{\""
            + name
            + "\":{\"dtype\":\""
            + dtype
            + "\",\"shape\":[1],\"data_offsets\":[0,"
            + width
            + "]}}";
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + width).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    Files.write(folder.resolve(TEXT), bytes.array());
  }

  /** A name could otherwise continue the line that stands for it in the digest. */
  @Test
  void name_withALineEnd_isCorrupt() throws IOException {
    writeTensor("text_model.w F32 [1] 00\\nunet/x", "F32", 4);
    refuse(CorruptArtifact.class, "wanted a name of letters");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {TEXT, "text_encoder/config.json", "tokenizer/vocab.json", "model_index.json"})
  void link_outOfTheFolder_isRefused(String name) throws IOException {
    Path outside = temporary.resolve("outside");
    Files.move(folder.resolve(name), outside);
    Files.createSymbolicLink(folder.resolve(name), outside);
    refuse(CorruptArtifact.class, "a link out of the folder");
  }

  @Test
  void link_ofAWholePart_isRefused() throws IOException {
    Path outside = temporary.resolve("outside");
    Files.move(folder.resolve("text_encoder"), outside);
    Files.createSymbolicLink(folder.resolve("text_encoder"), outside);
    refuse(CorruptArtifact.class, "a link out of the folder");
  }

  @Test
  void link_insideTheFolder_isFollowed() throws IOException {
    Files.move(folder.resolve(TEXT), folder.resolve("vae/text.safetensors"));
    Files.createSymbolicLink(folder.resolve(TEXT), Path.of("../vae/text.safetensors"));
    try (DiffusionFolder model = DiffusionFolder.open(folder)) {
      assertThat(model.digest())
          .isEqualTo(TinyPipeline.of("sd1").golden().get("folder_digest").asText());
    }
  }

  /** The hub's cache: models--x/snapshots/REVISION/file links to models--x/blobs/HASH. */
  @Test
  void link_toTheBlobsOfTheHubsCache_isFollowed() throws IOException {
    Path cache = Files.createDirectories(temporary.resolve("models--x/snapshots"));
    Path blobs = Files.createDirectory(temporary.resolve("models--x/blobs"));
    Path snapshot = Files.move(folder, cache.resolve("0123abcd"));
    Files.move(snapshot.resolve(TEXT), blobs.resolve("77"));
    Files.createSymbolicLink(snapshot.resolve(TEXT), Path.of("../../../blobs/77"));
    Path copy = temporary.resolve("copy");
    try (DiffusionFolder model = DiffusionFolder.open(snapshot)) {
      model.write(copy, Map.of());
    }
    assertThat(Files.isSymbolicLink(copy.resolve(TEXT))).isFalse();
    assertThat(Files.readAllBytes(copy.resolve(TEXT)))
        .isEqualTo(Files.readAllBytes(blobs.resolve("77")));
  }

  @Test
  void file_thatIsAFolderOrADevice_isRefused() throws IOException {
    Path config = folder.resolve("text_encoder/config.json");
    Files.delete(config);
    Files.createDirectory(config);
    refuse(CorruptArtifact.class, "not a plain file");
    Files.delete(config);
    Files.createSymbolicLink(config, Path.of("/dev/zero"));
    refuse(CorruptArtifact.class, "a link out of the folder");
  }

  @Test
  void index_listsAPartThatIsNotThere_isCorrupt() throws IOException {
    for (String name : new String[] {"vocab.json", "merges.txt", ""}) {
      Files.delete(folder.resolve("tokenizer").resolve(name));
    }
    refuse(CorruptArtifact.class, "not a folder, though model_index.json lists it");
  }
}

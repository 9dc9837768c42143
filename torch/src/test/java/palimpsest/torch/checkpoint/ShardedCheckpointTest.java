package palimpsest.torch.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.CorruptArtifact;

/** The weights in several files, and the index that says which are where. */
class ShardedCheckpointTest {
  private static final Path GOLDEN = Path.of("../testkit/golden/llama/sharded");
  private static final String EMBEDDING = "model.embed_tokens.weight";

  @TempDir Path folder;

  private Path sharded() throws IOException {
    Path to = Files.createDirectory(folder.resolve("sharded"));
    try (Stream<Path> files = Files.list(GOLDEN)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }

  private static void editIndex(Path model, Consumer<ObjectNode> edit) {
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
}

package palimpsest.torch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static palimpsest.torch.checkpoint.SafetensorsTest.floats;
import static palimpsest.torch.checkpoint.TinyCheckpoint.TINY;
import static palimpsest.torch.checkpoint.TinyCheckpoint.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.Diverged;
import palimpsest.api.InvalidRequest;

class CheckpointWriteTest {
  private static final Path GOLDEN = Path.of("../testkit/golden/llama");

  @TempDir Path folder;

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
    return Arrays.copyOfRange(bytes, from, from + Math.toIntExact(entry.length()));
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
}

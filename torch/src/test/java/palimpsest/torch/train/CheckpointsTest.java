package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;

class CheckpointsTest {
  private static final int N = 5000;
  private static final String HEAD = "c0ffee";

  /** Ten that stay: a chain of eight, and two of the next. */
  private static final NavigableSet<Integer> KEPT =
      new TreeSet<>(IntStream.rangeClosed(1, 10).boxed().toList());

  @TempDir Path folder;
  private PointerScope scope;
  private Checkpoints checkpoints;

  @BeforeEach
  void packTen() {
    scope = new PointerScope();
    checkpoints = new Checkpoints(folder);
    KEPT.forEach(step -> checkpoints.pack(step, state(step), HEAD, KEPT));
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /** Weights that move little from step to step. */
  private static Map<String, Tensor> state(int step) {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[N];
    for (int i = 0; i < N; i++) {
      values[i] = (float) (random.nextDouble() - 0.5 + step * 1e-5 * random.nextDouble());
    }
    return Map.of("weights", torch.tensor(values), "beside", torch.tensor(new float[] {step}));
  }

  private float[] weights(Checkpoints from, int step) {
    Map<String, Tensor> into = state(99);
    from.read(step, into, HEAD);
    float[] values = new float[N];
    new FloatPointer(into.get("weights").data_ptr()).get(values);
    return values;
  }

  private static float[] wanted(int step) {
    float[] values = new float[N];
    new FloatPointer(state(step).get("weights").data_ptr()).get(values);
    return values;
  }

  private Path file(int step, String ending) {
    return folder.resolve(String.format("step-%08d.", step) + ending);
  }

  private void requireRefused(int step, String says) {
    assertThatThrownBy(() -> weights(checkpoints, step))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining(says);
  }

  @Test
  void read_ofAllInTheChains_isWhatWasPacked() throws IOException {
    for (int step : KEPT) {
      assertThat(weights(checkpoints, step)).as("step " + step).isEqualTo(wanted(step));
      assertThat(Files.size(file(step, "packed")) + Files.size(file(step, "json")))
          .isLessThanOrEqualTo(Checkpoints.most(state(step)));
    }
    assertThat(checkpoints.steps()).containsExactly(10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    assertThat(Files.size(file(2, "packed"))).isLessThan(Files.size(file(1, "packed")) * 4 / 5);
    assertThat(Files.size(file(9, "packed")))
        .as("alone")
        .isGreaterThan(Files.size(file(1, "packed")) * 9 / 10);
  }

  @Test
  void read_aboveABrokenLink_isRefused() throws IOException {
    Files.delete(file(2, "json"));
    requireRefused(3, "stands on the checkpoint of step 2, which is not there or another");
    requireRefused(8, "stands on the checkpoint of step 2");
    assertThat(weights(checkpoints, 9)).isEqualTo(wanted(9));
    assertThat(weights(checkpoints, 1)).isEqualTo(wanted(1));
    checkpoints.drop(1);
    checkpoints.pack(2, state(2), HEAD, KEPT); // stands alone now, and has the same digest
    assertThat(weights(checkpoints, 8)).isEqualTo(wanted(8));
    checkpoints.pack(2, state(55), HEAD, KEPT);
    requireRefused(3, "stands on the checkpoint of step 2");
  }

  /** Bits that fill up the last byte of a plane say nothing: then the state is what it was. */
  @Test
  void read_damagedAnywhere_isRefusedUnlessTheSame() throws IOException {
    int tries = 0;
    int refused = 0;
    for (int step : List.of(1, 2)) {
      byte[] whole = Files.readAllBytes(file(step, "packed"));
      for (int at = 0; at < whole.length; at += 1 + at / 9) {
        byte[] damaged = whole.clone();
        damaged[at] ^= 0x40;
        Files.write(file(step, "packed"), damaged);
        tries++;
        try {
          assertThat(weights(checkpoints, 2)).isEqualTo(wanted(2));
        } catch (CorruptArtifact e) {
          refused++;
        }
      }
      Files.write(file(step, "packed"), whole);
    }
    assertThat(weights(checkpoints, 2)).isEqualTo(wanted(2));
    assertThat(tries).isGreaterThan(100);
    assertThat(refused).isGreaterThan(tries * 9 / 10);
  }

  @Test
  void read_underAnotherHeadOrOfAnotherForm_isRefused() {
    assertThatThrownBy(() -> checkpoints.read(1, state(1), "decaf"))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("does not match its digest");
    Map<String, Tensor> other = Map.of("weights", state(1).get("weights"));
    assertThatThrownBy(() -> checkpoints.read(1, other, HEAD))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("has 2 tensors, wanted 1");
  }

  @Test
  void takePruneDrop_ofBothForms_treatThemAlike() {
    for (int step : List.of(11, 12, 13, 14)) {
      checkpoints.write(step, state(step), HEAD);
    }
    Checkpoints taken = new Checkpoints(folder.resolve("taken"));
    assertThat(folder.resolve("taken").toFile().mkdir()).isTrue();
    for (int step : List.of(1, 2, 3, 12)) {
      taken.take(checkpoints, step, HEAD, HEAD);
      assertThat(weights(taken, step)).isEqualTo(wanted(step));
    }
    assertThatThrownBy(() -> taken.take(checkpoints, 11, "another head", HEAD))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("is not of this run's step 11");
    assertThat(taken.folder().resolve("step-00000002.packed")).exists();
    assertThat(taken.folder().resolve("step-00000012.safetensors")).exists();

    checkpoints.prune(KEPT);
    assertThat(checkpoints.steps()).startsWith(14, 13, 10).hasSize(12);
    checkpoints.drop(10);
    checkpoints.drop(14);
    assertThat(checkpoints.steps()).startsWith(13, 9);
    assertThat(file(10, "packed")).doesNotExist();
    assertThat(file(14, "safetensors")).doesNotExist();
  }
}

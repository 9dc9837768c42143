package palimpsest.torch.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.CorruptArtifact;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.checkpoint.Digests;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Safetensors;

/**
 * The states of a run at some of its steps.
 *
 * <pre>
 * step-00000120.safetensors   weights and what the optimiser remembers, flat; or
 * step-00000120.packed        the same, packed: see {@link PackedCheckpoints}
 * step-00000120.json          digest of that state and the ledger's head at it
 * </pre>
 *
 * <p>A checkpoint counts once its JSON is there, which is written last.
 *
 * @param folder they are in
 */
record Checkpoints(Path folder) {
  private static final Pattern STATE = Pattern.compile("\"state\":\"([0-9a-f]{64})\"");

  /** Bytes that a packed checkpoint of such a state takes at most. */
  static long most(Map<String, Tensor> state) {
    return PackedCheckpoints.most(state) + line(Integer.MAX_VALUE, "", "").length() + 2 * 64;
  }

  /** Steps that have a complete checkpoint, newest first. */
  List<Integer> steps() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(
          files
              .map(f -> String.valueOf(f.getFileName()))
              .filter(n -> n.matches("step-\\d{8}\\.json"))
              .map(n -> Integer.parseInt(n.substring(5, 13)))
              .sorted(Comparator.reverseOrder())
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Saves a state, with the ledger's head at it. */
  void write(int step, Map<String, Tensor> state, String head) {
    Safetensors.write(tensors(step), state, Dtype.F32);
    describe(step, Digests.weights(state), head);
  }

  /**
   * Saves a state packed, with the ledger's head at it.
   *
   * @param kept steps that are saved so
   */
  void pack(int step, Map<String, Tensor> state, String head, NavigableSet<Integer> kept) {
    packed().write(step, state, kept);
    describe(step, Digests.weights(state), head);
  }

  private void describe(int step, String digest, String head) {
    String line = line(step, digest, head);
    AtomicFile.write(json(step), line.getBytes(StandardCharsets.UTF_8));
  }

  private static String line(int step, String digest, String head) {
    return String.format(
        Locale.ROOT, "{\"step\":%d,\"state\":\"%s\",\"ledger\":\"%s\"}%n", step, digest, head);
  }

  /**
   * Fills tensors with those of a step; they hold anything if it fails.
   *
   * @throws CorruptArtifact if they are not what was saved, or the ledger's head was another
   */
  void read(int step, Map<String, Tensor> into, String head) {
    if (Files.exists(packed().file(step))) {
      packed().read(step, into);
      requireSame(step, into, head);
      return;
    }
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false);
        Safetensors file = Safetensors.open(tensors(step))) {
      Map<String, Tensor> state = new LinkedHashMap<>();
      for (String name : into.keySet()) {
        state.put(name, file.read(name));
      }
      requireSame(step, state, head);
      into.forEach((name, tensor) -> tensor.copy_(state.get(name)));
    }
  }

  private void requireSame(int step, Map<String, Tensor> state, String head) {
    if (!digest(step).equals(Digests.weights(state)) || !says(step).contains(head)) {
      throw new CorruptArtifact(
          "checkpoint of step "
              + step
              + " in "
              + folder
              + " does not match its digest: remove it, and the one that it was taken from if a"
              + " replay took it over");
    }
  }

  /** Digest of the state at a step, as its JSON has it. */
  String digest(int step) {
    Matcher state = STATE.matcher(says(step));
    if (!state.find()) {
      throw new CorruptArtifact(json(step) + " names no state: remove this checkpoint");
    }
    return state.group(1);
  }

  private String says(int step) {
    try {
      return Files.readString(json(step), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new CorruptArtifact(json(step) + " is not there: remove this checkpoint", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Takes over a checkpoint of another run that was the same up to there, in its form.
   *
   * @param was head of the other run's ledger at the step
   * @param head of this one's
   * @throws CorruptArtifact if the other is of another run or step
   */
  void take(Checkpoints from, int step, String was, String head) {
    if (!from.says(step).contains(was)) {
      throw new CorruptArtifact(
          from.json(step) + " is not of this run's step " + step + ": remove this checkpoint");
    }
    boolean small = Files.exists(from.packed().file(step));
    Path source = small ? from.packed().file(step) : from.tensors(step);
    copy(source, small ? packed().file(step) : tensors(step));
    describe(step, from.digest(step), head);
  }

  private static void copy(Path from, Path to) {
    AtomicFile.write(
        to,
        channel -> {
          try (FileChannel source = FileChannel.open(from)) {
            long size = source.size();
            for (long done = 0; done < size; ) {
              done += source.transferTo(done, size - done, channel);
            }
          }
        });
  }

  /** Removes all but the newest two and those of some steps. */
  void prune(Set<Integer> kept) {
    List<Integer> others = new ArrayList<>(steps());
    others.removeAll(kept);
    others.subList(Math.min(2, others.size()), others.size()).forEach(this::drop);
  }

  /** Removes a checkpoint; those that stand on it can no longer be read. */
  void drop(int step) {
    try {
      Files.deleteIfExists(json(step));
      Files.deleteIfExists(tensors(step));
      Files.deleteIfExists(packed().file(step));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PackedCheckpoints packed() {
    return new PackedCheckpoints(this);
  }

  private Path tensors(int step) {
    return folder.resolve(String.format(Locale.ROOT, "step-%08d.safetensors", step));
  }

  private Path json(int step) {
    return folder.resolve(String.format(Locale.ROOT, "step-%08d.json", step));
  }
}

package palimpsest.torch.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.checkpoint.Digests;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Safetensors;

/**
 * What a run leaves on disk so that it can be killed at any moment and go on bit for bit.
 *
 * <pre>
 * ledger.jsonl                     header, then one line a step
 * step-00000120.safetensors        weights and what the optimiser remembers, flat
 * step-00000120.json               digest of that state and the ledger's head at it
 * </pre>
 *
 * <p>A checkpoint counts once its JSON is there, which is written last. The newest two are kept.
 */
public final class RunFolder implements AutoCloseable {
  /**
   * All that a run goes on from.
   *
   * @param tensors the weights and whatever is remembered between steps, by name
   * @param optimiser counts the steps
   */
  record State(Map<String, Tensor> tensors, Optimiser optimiser) {}

  private final Path folder;
  private final String header;
  private final int every;
  private Optional<Ledger> ledger = Optional.empty();
  private Optional<FolderLock> lock = Optional.empty();

  /**
   * A folder for one run.
   *
   * @param folder made if absent; may hold an earlier part of the same run
   * @param header one line of JSON that says which run it is; another run's folder is refused
   * @param every steps between checkpoints; 0 for none but when stopped
   */
  public RunFolder(Path folder, String header, int every) {
    this.folder = folder;
    this.header = header;
    this.every = every;
  }

  /** Hash of the ledger's last line. */
  public String head() {
    return ledger().head();
  }

  /** Hash of the last line of a run that has ended, without beginning it again. */
  public String lastHead() {
    try (Ledger there = Ledger.open(folder.resolve("ledger.jsonl"))) {
      requireSame(there);
      there.skipTo(there.size());
      return there.head();
    }
  }

  void open(State state) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InvalidRequest("cannot make folder " + folder + ": " + e.getMessage(), e);
    }
    lock = Optional.of(FolderLock.take(folder));
    clearTorn();
    Path file = folder.resolve("ledger.jsonl");
    Ledger opened = Ledger.open(file);
    ledger = Optional.of(opened);
    requireSame(opened);
    opened.append(first());
    for (int step : checkpoints()) {
      if (step < opened.size() && restore(step, state, opened)) {
        return;
      }
    }
  }

  private String first() {
    return "{\"run\":" + header;
  }

  private void requireSame(Ledger opened) {
    if (opened.size() > 0 && !opened.line(0).startsWith(first() + ",")) {
      throw new InvalidRequest(
          folder
              + " holds another run (other data, recipe, start, interval of checkpoints or number of threads): give another folder");
    }
  }

  /** Removes what a killed write left: it has no name of its own yet. */
  private void clearTorn() {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".part")).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Appends a step to the ledger; takes a checkpoint where one is due. */
  void record(LedgerStep step, State state) {
    ledger().append(step.line());
    if (every > 0 && step.step() % every == 0) {
      checkpoint(state);
    }
  }

  /** Saves the state after the optimiser's last step. */
  void checkpoint(State state) {
    int step = state.optimiser().steps();
    if (step == 0 || checkpoints().contains(step)) {
      return;
    }
    ledger().sync();
    Safetensors.write(tensors(step), state.tensors(), Dtype.F32);
    String line =
        String.format(
            Locale.ROOT,
            "{\"step\":%d,\"state\":\"%s\",\"ledger\":\"%s\"}%n",
            step,
            Digests.weights(state.tensors()),
            ledger().head());
    AtomicFile.write(
        json(step),
        channel -> channel.write(java.nio.ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8))));
    List<Integer> kept = checkpoints();
    kept.subList(Math.min(2, kept.size()), kept.size()).forEach(this::drop);
  }

  private boolean restore(int step, State into, Ledger opened) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false);
        Safetensors file = Safetensors.open(tensors(step))) {
      Map<String, Tensor> state = new LinkedHashMap<>();
      for (String name : into.tensors().keySet()) {
        state.put(name, file.read(name));
      }
      opened.skipTo(step + 1);
      String says = Files.readString(json(step), StandardCharsets.UTF_8);
      if (!says.contains(Digests.weights(state)) || !says.contains(opened.head())) {
        throw new CorruptArtifact(
            "checkpoint of step "
                + step
                + " in "
                + folder
                + " does not match its digest: remove it");
      }
      into.tensors().forEach((name, tensor) -> tensor.copy_(state.get(name)));
      into.optimiser().resumeAt(step);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the checkpoints of a run that is done; the ledger stays. */
  public void dropCheckpoints() {
    checkpoints().forEach(this::drop);
  }

  /** Steps that have a complete checkpoint, newest first. */
  private List<Integer> checkpoints() {
    try (Stream<Path> files = Files.list(folder)) {
      return new java.util.ArrayList<>(
          files
              .map(f -> f.getFileName().toString())
              .filter(n -> n.matches("step-\\d{8}\\.json"))
              .map(n -> Integer.parseInt(n.substring(5, 13)))
              .sorted(java.util.Comparator.reverseOrder())
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void drop(int step) {
    try {
      Files.deleteIfExists(json(step));
      Files.deleteIfExists(tensors(step));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path tensors(int step) {
    return folder.resolve(String.format(Locale.ROOT, "step-%08d.safetensors", step));
  }

  private Path json(int step) {
    return folder.resolve(String.format(Locale.ROOT, "step-%08d.json", step));
  }

  private Ledger ledger() {
    return ledger.orElseThrow(() -> new IllegalStateException("the run has not begun"));
  }

  @Override
  public void close() {
    ledger.ifPresent(Ledger::close);
    lock.ifPresent(FolderLock::close);
  }
}

package palimpsest.torch.diffusion.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Diverged;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.NativeBytes;
import palimpsest.torch.checkpoint.Safetensors;

/** Tensors of a checkpoint that are to have other elements in a copy of it. */
public final class Changes {
  private final DiffusionCheckpoint source;
  private final SortedMap<String, SortedMap<String, Fresh>> fresh = new TreeMap<>();
  private final Map<Safetensors, NavigableMap<Long, Range>> ranges = new HashMap<>();
  private final Map<String, Map<String, String>> digests = new TreeMap<>();
  private Optional<String> expected = Optional.empty();

  private record Range(String component, String tensor, Place place, Fresh content) {}

  private Changes(DiffusionCheckpoint source) {
    this.source = source;
  }

  /**
   * Changed tensors by component and name, rounded to nearest even in the types that are stored;
   * they must live until they are written.
   *
   * @throws InvalidRequest if one is not in the source, has another shape or is too large for the
   *     stored type
   * @throws Diverged if an element is NaN or infinite
   */
  public static Changes of(DiffusionCheckpoint source, Map<String, Map<String, Tensor>> changed) {
    Changes changes = new Changes(source);
    changed.forEach(
        (component, tensors) ->
            tensors.forEach((name, tensor) -> changes.put(component, name, tensor)));
    return changes;
  }

  /** Content by component and name, after which the copy must have a digest. */
  static Changes expecting(
      String digest, DiffusionCheckpoint source, Map<String, Map<String, Fresh>> fresh) {
    Changes changes = new Changes(source);
    fresh.forEach(
        (component, tensors) ->
            tensors.forEach((name, content) -> changes.put(component, name, content)));
    changes.expected = Optional.of(digest);
    return changes;
  }

  private void put(String component, String name, Tensor tensor) {
    Component whole = source.component(component);
    if (!whole.shapes().containsKey(name)) {
      throw new InvalidRequest(whole.where() + ": has no tensor " + name + " to be changed");
    }
    Place place = whole.place(name);
    List<Long> got = Arrays.stream(NativeBytes.shape(tensor)).boxed().toList();
    if (!got.equals(place.shape())) {
      throw new InvalidRequest(
          whole.where() + ": tensor " + name + " of shape " + got + ", wanted " + place.shape());
    }
    requireFinite(name, tensor, place.dtype());
    put(component, name, to -> NativeBytes.of(tensor, place.dtype(), to));
  }

  private void put(String component, String name, Fresh content) {
    Place place = source.component(component).place(name);
    fresh.computeIfAbsent(component, c -> new TreeMap<>()).put(name, content);
    ranges
        .computeIfAbsent(place.file(), f -> new TreeMap<>())
        .put(place.offset(), new Range(component, name, place, content));
  }

  private static void requireFinite(String name, Tensor tensor, Dtype dtype) {
    if (!Safetensors.finite(tensor)) {
      throw new Diverged("weight " + name + " holds NaN or infinity; make a weaker edit");
    }
    boolean fits = Scopes.withoutGradient(() -> Safetensors.finite(tensor.to(dtype.scalarType())));
    if (!fits) {
      throw new InvalidRequest(
          "weight " + name + " is too large for " + dtype + ", in which it is stored");
    }
  }

  /** Whether this was made for a checkpoint. */
  void requireFor(DiffusionCheckpoint checkpoint) {
    if (checkpoint != source) {
      throw new IllegalArgumentException("changes of another checkpoint");
    }
  }

  /** Whether a file has changed tensors. */
  boolean touches(Safetensors file) {
    return ranges.containsKey(file);
  }

  /** Content of the changed tensors. */
  SortedMap<String, SortedMap<String, Fresh>> fresh() {
    return Collections.unmodifiableSortedMap(fresh);
  }

  /** Writes a copy of a file with the changes that fall into it. */
  void copy(Safetensors file, FileChannel to) throws IOException {
    long at = 0;
    for (Range range : ranges.getOrDefault(file, new TreeMap<>()).values()) {
      file.copy(at, range.place.offset() - at, to);
      try (PointerScope scope = new PointerScope()) {
        range.place.write(counted(range), bytes -> AtomicFile.drain(to, bytes));
      }
      at = range.place.offset() + range.place.length();
    }
    file.copy(at, file.size() - at, to);
  }

  private Fresh counted(Range range) {
    MessageDigest sha = CheckpointDigest.sha256();
    return to -> {
      range.content.emit(
          bytes -> {
            sha.update(bytes.duplicate());
            to.take(bytes);
          });
      digests
          .computeIfAbsent(range.component, c -> new TreeMap<>())
          .put(range.tensor, CheckpointDigest.hex(sha));
    };
  }

  /** After all is written, and before it gets its name: whether it is what was expected. */
  void check() {
    if (expected.isEmpty()) {
      return;
    }
    String got = CheckpointDigest.of(source, digests);
    if (!got.equals(expected.get())) {
      throw new CorruptArtifact(
          "the edited weights have digest "
              + got
              + ", wanted "
              + expected.get()
              + ": the patch is damaged");
    }
  }
}

package palimpsest.torch.diffusion.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.Safetensors;
import palimpsest.torch.checkpoint.Words;

/**
 * An edit of a checkpoint in a safetensors file, which can be applied to the checkpoint that it was
 * made of and taken back from the one that it makes, both to the last bit.
 *
 * <p>Its metadata: {@code format} palimpsest-patch-2, {@code kind}, {@code method}, {@code dtype}
 * of what is changed, and {@code source} and {@code result}, the {@link DiffusionCheckpoint#digest
 * digests} before and after. There are two kinds:
 *
 * <ul>
 *   <li>{@code rank}: matrices multiplied by one {@link LowRank} matrix: {@code left} and {@code
 *       right} hold its {@link Principal} vectors, {@code coefficients/unet/NAME} what each row has
 *       of them, packed ({@link Steps}), {@code lost/unet/NAME} what rounding lost ({@link
 *       RankShift}): a few bits in a hundred of the matrices themselves;
 *   <li>{@code difference}: any tensors: {@code difference/COMPONENT/NAME} holds by how many
 *       numbers of the stored type each element differs ({@link Ulps}).
 * </ul>
 *
 * <p>A {@link PatchWriter} makes them. Whoever has a patch can take the edit back: it is to be kept
 * apart from a model that is given away.
 */
public final class Patch implements AutoCloseable {
  private final Safetensors file;
  private final PatchArrays arrays;
  private final Map<String, String> words;
  private final Map<String, Set<String>> tensors = new TreeMap<>();
  private final Optional<LowRank> matrix;

  private Patch(Safetensors file) {
    this.file = file;
    this.arrays = new PatchArrays(file);
    this.words = file.metadata();
    if (!word("format", "[!-~]{1,40}").equals(PatchWriter.FORMAT)) {
      throw corrupt(
          "of format " + Words.quoted(word("format", ".*")) + "; this reads " + PatchWriter.FORMAT);
    }
    boolean rank = word("kind", "rank|difference").equals(PatchWriter.RANK);
    word("method", "[\\x20-\\x7e]{1,200}");
    word("source", "[0-9a-f]{64}");
    word("result", "[0-9a-f]{64}");
    this.matrix = rank ? Optional.of(readMatrix()) : Optional.empty();
    sort(rank);
  }

  /**
   * Opens a patch.
   *
   * @throws CorruptArtifact if it is none, or damaged
   */
  public static Patch open(Path path) {
    Safetensors file = Safetensors.open(path);
    boolean done = false;
    try {
      Patch patch = new Patch(file);
      done = true;
      return patch;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  private String word(String key, String pattern) {
    String value = words.getOrDefault(key, "");
    if (!value.matches(pattern)) {
      throw corrupt("not a patch: has " + key + " " + Words.quoted(value));
    }
    return value;
  }

  private CorruptArtifact corrupt(String what) {
    return new CorruptArtifact(file.file() + ": " + what);
  }

  private LowRank readMatrix() {
    double[][] left = arrays.vectors(PatchWriter.LEFT);
    double[][] right = arrays.vectors(PatchWriter.RIGHT);
    if (right.length > right[0].length) {
      throw corrupt(
          right.length + " directions, wanted at most the " + right[0].length + " there are");
    }
    try {
      return LowRank.of(left, right);
    } catch (InvalidRequest e) {
      throw new CorruptArtifact(file.file() + ": " + e.getMessage(), e);
    }
  }

  private void sort(boolean rank) {
    String first = rank ? PatchWriter.LOST : PatchWriter.DIFFERENCE;
    Set<String> beside = rank ? Set.of(PatchWriter.LEFT, PatchWriter.RIGHT) : Set.of();
    for (String name : file.names()) {
      String[] path = name.split("/", 3);
      boolean ofTensor = path.length == 3 && (!rank || path[1].equals("unet"));
      if (ofTensor && path[0].equals(first)) {
        tensors.computeIfAbsent(path[1], c -> new TreeSet<>()).add(path[2]);
      } else {
        boolean coefficients = rank && ofTensor && path[0].equals(PatchWriter.COEFFICIENTS);
        if (!coefficients && !beside.contains(name)) {
          throw corrupt("has " + Words.quoted(name) + ", which no patch of its kind has");
        }
      }
    }
  }

  /** By which method it was made. */
  public String method() {
    return word("method", ".*");
  }

  /** The digest of the checkpoint that it is applied to. */
  public String source() {
    return word("source", ".*");
  }

  /** The digest of the checkpoint that comes of it. */
  public String result() {
    return word("result", ".*");
  }

  /** Names of the changed tensors by component. */
  public Map<String, Set<String>> tensors() {
    Map<String, Set<String>> copy = new TreeMap<>();
    tensors.forEach((component, names) -> copy.put(component, Set.copyOf(names)));
    return copy;
  }

  /** By what matrices are multiplied; empty if the tensors are changed one by one. */
  public Optional<LowRank> matrix() {
    return matrix;
  }

  /**
   * Writes the edited checkpoint, whole or not at all.
   *
   * @param target must not be there yet
   * @throws InvalidRequest if the checkpoint is not the one that the patch was made of
   * @throws CorruptArtifact if the patch is damaged
   */
  public void apply(DiffusionCheckpoint checkpoint, Path target) {
    across(checkpoint, target, false);
  }

  /**
   * Writes the checkpoint as it was before the edit, whole or not at all.
   *
   * @param target must not be there yet
   * @throws InvalidRequest if the checkpoint is not the one that comes of the patch
   * @throws CorruptArtifact if the patch is damaged
   */
  public void revert(DiffusionCheckpoint checkpoint, Path target) {
    across(checkpoint, target, true);
  }

  private void across(DiffusionCheckpoint checkpoint, Path target, boolean back) {
    NewFolder.vacant(target);
    String wanted = back ? result() : source();
    String got = checkpoint.digest();
    if (!got.equals(wanted)) {
      throw new InvalidRequest(
          file.file()
              + (back ? ": is taken back from" : ": is applied to")
              + " a checkpoint of digest "
              + wanted
              + ", got "
              + got
              + (got.equals(back ? source() : result()) ? ", on which that is done already" : ""));
    }
    Map<String, Map<String, Fresh>> fresh = new TreeMap<>();
    tensors.forEach(
        (component, names) -> {
          Component whole = checkpoint.component(component);
          Map<String, Fresh> each = fresh.computeIfAbsent(component, c -> new TreeMap<>());
          names.forEach(name -> each.put(name, content(whole, name, back)));
        });
    String after = back ? source() : result();
    checkpoint.write(target, Changes.expecting(after, checkpoint, fresh));
  }

  private Fresh content(Component component, String name, boolean back) {
    Place place = component.place(name);
    if (matrix.isEmpty()) {
      String path = PatchWriter.DIFFERENCE + "/" + component.name() + "/" + name;
      String where = file.file() + ": " + Words.quoted(path);
      return to -> new Ulps(place).across(arrays.bytes(path), back, where).emit(to);
    }
    RankShift shift = PatchWriter.shift(component, name, matrix.get());
    String kept = PatchWriter.COEFFICIENTS + "/unet/" + name;
    float[] coefficients = coefficients(kept, shift);
    String lost = PatchWriter.LOST + "/unet/" + name;
    return to ->
        to.take(
            ByteBuffer.wrap(
                back
                    ? reverted(shift, place.bytes(), coefficients, lost)
                    : shift.apply(place.bytes(), coefficients)));
  }

  private float[] coefficients(String kept, RankShift shift) {
    try {
      return Steps.unpack(arrays.bytes(kept), shift.rows(), shift.matrix().rank());
    } catch (IOException e) {
      throw new CorruptArtifact(file.file() + ": " + Words.quoted(kept) + " " + Words.reason(e), e);
    }
  }

  private byte[] reverted(RankShift shift, byte[] edited, float[] coefficients, String lost) {
    byte[] bits = arrays.bytes(lost);
    try {
      return shift.revert(edited, coefficients, bits);
    } catch (IOException e) {
      throw new CorruptArtifact(file.file() + ": " + Words.quoted(lost) + " " + Words.reason(e), e);
    }
  }

  @Override
  public void close() {
    file.close();
  }
}

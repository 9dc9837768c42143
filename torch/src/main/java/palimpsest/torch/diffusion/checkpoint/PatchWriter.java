package palimpsest.torch.diffusion.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Words;

/**
 * Makes patches of a checkpoint, which stays as it is.
 *
 * @param source what they change
 * @param method by what, such as {@code image.uce}, in 1 to 200 plain characters
 */
public record PatchWriter(DiffusionCheckpoint source, String method) {
  static final String FORMAT = "palimpsest-patch-2";
  static final String RANK = "rank";
  static final String DIFFERENCE = "difference";
  static final String LEFT = "left";
  static final String RIGHT = "right";
  static final String COEFFICIENTS = "coefficients";
  static final String LOST = "lost";

  public PatchWriter {
    if (!method.matches("[\\x20-\\x7e]{1,200}")) {
      throw new InvalidRequest(
          "a method's name of 1 to 200 plain characters, got " + Words.quoted(method));
    }
  }

  /** What a tensor became. */
  private record Edited(String name, String digest, List<PatchFile.Entry> entries) {}

  /**
   * Writes a patch that multiplies matrices of the U-Net by one matrix from the right.
   *
   * @param names of the matrices, all as wide as the edit
   * @throws InvalidRequest if one has another shape or would become too large for its stored type
   */
  public void rank(Path file, LowRank matrix, Collection<String> names) {
    if (names.isEmpty()) {
      throw new InvalidRequest("a patch of no tensors, wanted at least one");
    }
    Component unet = source.component("unet");
    boolean halves = names.stream().allMatch(n -> unet.place(n).dtype().width() == Short.BYTES);
    LowRank parts = halves ? Principal.of(matrix).single() : Principal.of(matrix);
    List<Edited> edited =
        new TreeSet<>(names).parallelStream().map(name -> edit(unet, parts, name)).toList();
    List<PatchFile.Entry> entries = new ArrayList<>();
    entries.add(PatchFile.vectors(LEFT, parts.left(), halves));
    entries.add(PatchFile.vectors(RIGHT, parts.right(), halves));
    edited.forEach(e -> entries.addAll(e.entries()));
    Map<String, String> digests =
        edited.stream().collect(Collectors.toMap(Edited::name, Edited::digest));
    PatchFile.write(file, words(RANK, Map.of("unet", digests)), entries);
  }

  private static Edited edit(Component unet, LowRank matrix, String name) {
    Place place = unet.place(name);
    RankShift.Edited edited = shift(unet, name, matrix).edit(place.bytes());
    String digest = CheckpointDigest.ofElements(to -> to.take(ByteBuffer.wrap(edited.elements)));
    String path = "/unet/" + name;
    return new Edited(
        name,
        digest,
        List.of(
            PatchFile.bytes(
                COEFFICIENTS + path,
                Steps.pack(edited.coefficients, matrix.rank(), edited.exponent)),
            PatchFile.bytes(LOST + path, edited.lost)));
  }

  /** The arithmetic for a matrix, which must be as wide as the edit. */
  static RankShift shift(Component component, String name, LowRank matrix) {
    Place place = component.place(name);
    List<Long> shape = place.shape();
    if (shape.size() != 2 || shape.get(1) != matrix.width()) {
      throw new InvalidRequest(
          component.where()
              + ": tensor "
              + name
              + " has shape "
              + shape
              + ", wanted a matrix of width "
              + matrix.width());
    }
    int rows = Math.toIntExact(shape.get(0));
    return new RankShift(name, matrix, FloatFormat.of(place.dtype()), rows);
  }

  /**
   * Writes a patch that changes tensors, given by component and name, in the types that are stored.
   *
   * @throws InvalidRequest if one is not there, has another shape or is too large for its type
   * @throws palimpsest.api.Diverged if an element is NaN or infinite
   */
  public void differences(Path file, Map<String, Map<String, Tensor>> changed) {
    Changes changes = Changes.of(source, changed);
    if (changes.fresh().isEmpty()) {
      throw new InvalidRequest("a patch of no tensors, wanted at least one");
    }
    Path scratch = AtomicFile.sibling(file.toAbsolutePath());
    try {
      try (FileChannel packed =
          FileChannel.open(
              scratch,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE)) {
        differences(file, changes, packed);
      } finally {
        Files.deleteIfExists(scratch);
      }
    } catch (IOException e) {
      throw new InvalidRequest(file + ": cannot be written: " + Words.reason(e), e);
    }
  }

  private void differences(Path file, Changes changes, FileChannel packed) throws IOException {
    List<PatchFile.Entry> entries = new ArrayList<>();
    Map<String, Map<String, String>> digests = new TreeMap<>();
    for (String component : changes.fresh().keySet()) {
      SortedMap<String, Fresh> tensors = changes.fresh().get(component);
      for (String name : tensors.keySet()) {
        Fresh fresh = tensors.get(name);
        long start = packed.position();
        new Ulps(source.component(component).place(name)).write(fresh, packed);
        long size = packed.position() - start;
        digests
            .computeIfAbsent(component, c -> new TreeMap<>())
            .put(name, CheckpointDigest.ofElements(fresh));
        String path = DIFFERENCE + "/" + component + "/" + name;
        entries.add(
            new PatchFile.Entry(
                path, Dtype.U8, List.of(size), to -> transfer(packed, start, size, to)));
      }
    }
    PatchFile.write(file, words(DIFFERENCE, digests), entries);
  }

  private static void transfer(FileChannel from, long start, long size, FileChannel to)
      throws IOException {
    long at = start;
    while (at < start + size) {
      at += from.transferTo(at, start + size - at, to);
    }
  }

  private SortedMap<String, String> words(String kind, Map<String, Map<String, String>> digests) {
    SortedMap<String, String> words = new TreeMap<>();
    words.put("format", FORMAT);
    words.put("kind", kind);
    words.put("method", method);
    words.put("source", source.digest());
    words.put("result", CheckpointDigest.of(source, digests));
    TreeSet<String> dtypes = new TreeSet<>();
    digests.forEach(
        (component, tensors) ->
            tensors
                .keySet()
                .forEach(name -> dtypes.add(source.component(component).dtype(name).name())));
    words.put("dtype", String.join(",", dtypes));
    return words;
  }
}

package palimpsest.torch.checkpoint;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.CorruptArtifact;

/**
 * A file of named float32 tensors, packed without loss: alone, or as differences to another such
 * file, which it names and cannot be read without.
 *
 * <pre>
 * "palpack1"    magic
 * step, state   of the file that it stands on: step, 4 bytes, and digest, 32; zeros for none
 * count         of tensors, 4 bytes; of each its name, length in 2 bytes and UTF-8, and elements, 8
 * blocks        tensor by tensor in the order of their names, 65536 elements each, the last of a
 *               tensor less: a byte, 0 for the elements as they are, 1 for differences; four planes
 * </pre>
 *
 * <p>Of a block's two forms, as it is and as {@link Difference}, the smaller is there, in {@link
 * BytePlanes}. Numbers are big-endian. Every bit pattern comes back, NaN included. A file is worked
 * through block by block, together with those below it.
 */
public final class PackedFile implements AutoCloseable {
  static final byte[] MAGIC = "palpack1".getBytes(StandardCharsets.US_ASCII);
  static final int DIGEST = 32;
  static final byte PLAIN = 0;
  static final byte DIFFERENCE = 1;

  /**
   * What a file's differences are to.
   *
   * @param step of the run at which that state was
   * @param state its digest
   */
  public record Base(int step, String state) {}

  private final Path file;
  private final DataInputStream in;
  private final BytePlanes.Reader planes = new BytePlanes.Reader();
  private final int[] below = new int[BytePlanes.BLOCK];
  private final Optional<Base> base;
  private Optional<PackedFile> under = Optional.empty();

  private PackedFile(Path file, DataInputStream in, Map<String, Tensor> like) throws IOException {
    this.file = file;
    this.in = in;
    this.base = header(like);
  }

  /** Bytes that a file of such tensors takes at most, whatever is in them. */
  public static long most(Map<String, Tensor> tensors) {
    return PackedWriter.most(tensors);
  }

  /** Writes tensors atomically; the same input gives the same bytes. */
  public static void write(Path file, Map<String, Tensor> tensors) {
    PackedWriter.write(file, tensors, Optional.empty(), Optional.empty());
  }

  /** Writes tensors as differences, where those are smaller, to what a file just opened has. */
  public static void write(Path file, Map<String, Tensor> tensors, Base base, PackedFile under) {
    PackedWriter.write(file, tensors, Optional.of(base), Optional.of(under));
  }

  /**
   * Opens a file and checks that it is of tensors of these names and sizes.
   *
   * @throws CorruptArtifact if it is not
   */
  public static PackedFile open(Path file, Map<String, Tensor> like) {
    try {
      DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
      try {
        return new PackedFile(file, in, like);
      } catch (IOException | RuntimeException e) {
        in.close();
        throw e;
      }
    } catch (IOException e) {
      throw corrupt(file, e);
    }
  }

  private Optional<Base> header(Map<String, Tensor> like) throws IOException {
    require(Arrays.equals(in.readNBytes(MAGIC.length), MAGIC), "is not a packed state");
    int step = in.readInt();
    byte[] state = new byte[DIGEST];
    in.readFully(state);
    int count = in.readInt();
    require(count == like.size(), "has " + count + " tensors, wanted " + like.size());
    for (Map.Entry<String, Tensor> each : new TreeMap<>(like).entrySet()) {
      byte[] name = new byte[in.readUnsignedShort()];
      in.readFully(name);
      long elements = in.readLong();
      String got = new String(name, StandardCharsets.UTF_8);
      long wanted = each.getValue().numel();
      require(
          got.equals(each.getKey()) && elements == wanted,
          "has tensor "
              + Words.quoted(got)
              + " of "
              + elements
              + ", wanted "
              + each.getKey()
              + " of "
              + wanted);
    }
    return step == 0
        ? Optional.empty()
        : Optional.of(new Base(step, HexFormat.of().formatHex(state)));
  }

  /** What its differences are to; empty where it stands alone. */
  public Optional<Base> base() {
    return base;
  }

  /** Lays the file that it stands on, just opened, below it, to be closed with it. */
  public void putOn(PackedFile lower) {
    under = Optional.of(lower);
  }

  /**
   * Fills tensors that lie contiguous on the CPU; they hold anything if it fails.
   *
   * @throws CorruptArtifact if the file is damaged, truncated, or goes on
   */
  public void read(Map<String, Tensor> into) {
    int[] block = new int[BytePlanes.BLOCK];
    for (Tensor tensor : new TreeMap<>(into).values()) {
      requireFloats(tensor);
      NativeBytes.inPlace(
          tensor,
          Dtype.F32,
          bytes -> {
            IntBuffer ints = bytes.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
            while (ints.hasRemaining()) {
              int n = Math.min(block.length, ints.remaining());
              next(block, n);
              ints.put(block, 0, n);
            }
          });
    }
    try {
      require(in.read() < 0, "goes on behind its end");
    } catch (IOException e) {
      throw corrupt(file, e);
    }
  }

  static void requireFloats(Tensor tensor) {
    if (!tensor.is_contiguous() || tensor.scalar_type().intern() != Dtype.F32.scalarType()) {
      throw new IllegalArgumentException("wanted float32 elements side by side");
    }
  }

  /** The next elements, as many as their block has. */
  void next(int[] block, int n) {
    under.ifPresent(u -> u.next(below, n));
    try {
      byte kind = in.readByte();
      require(
          kind == PLAIN || (kind == DIFFERENCE && under.isPresent()),
          "has a block of kind " + kind);
      planes.read(block, n, in);
      for (int i = 0; kind == DIFFERENCE && i < n; i++) {
        block[i] = Difference.add(block[i], below[i]);
      }
    } catch (IOException e) {
      throw corrupt(file, e);
    }
  }

  private static void require(boolean holds, String otherwise) throws IOException {
    if (!holds) {
      throw new IOException(otherwise);
    }
  }

  private static CorruptArtifact corrupt(Path file, IOException e) {
    String what = e instanceof EOFException ? "ends early" : Words.reason(e);
    return new CorruptArtifact(file + ": " + what + "; remove this checkpoint", e);
  }

  @Override
  public void close() {
    planes.close();
    under.ifPresent(PackedFile::close);
    try {
      in.close();
    } catch (IOException e) {
      throw corrupt(file, e);
    }
  }
}

package palimpsest.torch.checkpoint;

import static java.nio.file.StandardOpenOption.READ;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;

/**
 * A file of named tensors: 8 bytes of header length, a JSON header, then the elements,
 * little-endian and without gaps.
 *
 * <p>The whole header is checked before anything is read. Elements are read at their position
 * straight into native memory, so a file may be larger than 2 GiB. A file that is damaged,
 * truncated or lies about itself is a {@link CorruptArtifact} that names file, tensor, got and
 * wanted.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">the format</a>
 */
public final class Safetensors implements Closeable {

  /**
   * Where a tensor stands.
   *
   * @param name its name
   * @param dtype its element type in the file
   * @param shape its dimensions, empty for a scalar
   * @param offset position of its first byte in the file
   * @param length its bytes
   */
  public record Entry(String name, Dtype dtype, List<Long> shape, long offset, long length) {
    public Entry {
      shape = List.copyOf(shape);
    }
  }

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;

  private Safetensors(Path file, FileChannel channel, SafetensorsHeader header) {
    this.file = file;
    this.channel = channel;
    this.header = header;
  }

  /** Opens a file and checks its header. */
  public static Safetensors open(Path file) {
    try {
      FileChannel channel = FileChannel.open(file, READ);
      try {
        return new Safetensors(file, channel, SafetensorsHeader.read(file, channel));
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new CorruptArtifact(file + ": cannot be read: " + Words.reason(e), e);
    }
  }

  /** Names of the tensors, in the order of their places. */
  public Set<String> names() {
    return Collections.unmodifiableSet(header.entries().keySet());
  }

  /** The {@code __metadata__} of the file, possibly empty. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /** Where a tensor stands; a tensor that is not there is a {@link CorruptArtifact}. */
  public Entry entry(String name) {
    Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new CorruptArtifact(file + ": has no tensor " + Words.quoted(name));
    }
    return entry;
  }

  /**
   * Reads a tensor to the CPU: float32 for the floating-point types, widened exactly, int64 for
   * I64.
   *
   * <p>The tensor belongs to the caller: to the innermost open scope of this thread or, where none
   * is open, to whoever closes it.
   *
   * @throws CorruptArtifact if an element is NaN or infinite, or the file ends early
   * @throws UnsupportedModel if its elements are of another type
   */
  public Tensor read(String name) {
    Entry entry = entry(name);
    if (!entry.dtype().isWeight() && entry.dtype() != Dtype.I64) {
      throw new UnsupportedModel(
          file
              + ": tensor "
              + Words.quoted(name)
              + " has dtype "
              + entry.dtype()
              + "; supported: F32, F16, BF16");
    }
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = new PointerScope()) {
      Tensor result = allocate(entry, entry.dtype() == Dtype.I64 ? Dtype.I64 : Dtype.F32);
      if (entry.dtype() == Dtype.F16 || entry.dtype() == Dtype.BF16) {
        Tensor narrow = allocate(entry, entry.dtype());
        fill(narrow, entry);
        result.copy_(narrow);
      } else {
        fill(result, entry);
      }
      if (entry.dtype() != Dtype.I64 && !finite(result)) {
        throw new CorruptArtifact(
            file + ": tensor " + Words.quoted(name) + " holds NaN or infinity, wanted finite");
      }
      if (outer == null) {
        result.retainReference();
      } else {
        outer.attach(result);
      }
      return result;
    }
  }

  private static Tensor allocate(Entry entry, Dtype dtype) {
    long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
    return torch.empty(shape, new TensorOptions(dtype.scalarType()), new MemoryFormatOptional());
  }

  private void fill(Tensor tensor, Entry entry) {
    long[] at = {entry.offset()};
    try {
      NativeBytes.inPlace(tensor, entry.dtype(), bytes -> at[0] = fully(at[0], bytes));
    } catch (IOException e) {
      throw new CorruptArtifact(
          file + ": tensor " + Words.quoted(entry.name()) + ": " + Words.reason(e), e);
    }
  }

  private long fully(long position, ByteBuffer into) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int n = channel.read(into, at);
      if (n < 0) {
        throw new IOException("ends at byte " + at + ", inside the tensor");
      }
      at += n;
    }
    return at;
  }

  /**
   * Fills the rest of a buffer with the bytes of the file from a position on, as they are stored.
   *
   * @throws CorruptArtifact if the file ends before
   */
  public void bytes(long position, ByteBuffer into) {
    try {
      fully(position, into);
    } catch (IOException e) {
      throw new CorruptArtifact(file + ": " + Words.reason(e), e);
    }
  }

  /** Copies bytes of the file as they are, past the heap. */
  public void copy(long position, long length, WritableByteChannel to) throws IOException {
    long at = position;
    long end = position + length;
    while (at < end) {
      long n = channel.transferTo(at, end - at, to);
      if (n <= 0) {
        throw new IOException(file + " ends at byte " + at + ", wanted " + end);
      }
      at += n;
    }
  }

  /** Bytes of the file, header and all. */
  public long size() {
    return header.size();
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** Whether all elements are: one pass, as NaN spreads into minimum and maximum. */
  public static boolean finite(Tensor tensor) {
    if (tensor.numel() == 0) {
      return true;
    }
    try (PointerScope scope = new PointerScope()) {
      T_TensorTensor_T ends = tensor.detach().aminmax();
      return Double.isFinite(ends.get0().item_double())
          && Double.isFinite(ends.get1().item_double());
    }
  }

  /**
   * Writes tensors in the map's order, atomically; the same input gives the same bytes.
   *
   * @param dtype element type of the floating-point tensors, rounded to nearest even; int64 tensors
   *     stay I64
   * @throws palimpsest.api.Diverged if an element is NaN or infinite
   * @throws palimpsest.api.InvalidRequest if an element is too large for {@code dtype} or the file
   *     cannot be written
   */
  public static void write(Path file, Map<String, Tensor> tensors, Dtype dtype) {
    SafetensorsWriter.write(file, tensors, dtype);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new CorruptArtifact(file + ": cannot be closed: " + Words.reason(e), e);
    }
  }
}

package palimpsest.torch.diffusion.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.checkpoint.Dtype;

/** Writes a safetensors file of arrays with words about them. */
final class PatchFile {
  private PatchFile() {}

  /**
   * An array.
   *
   * @param name its name
   * @param dtype of its elements
   * @param shape its dimensions
   * @param body its bytes
   */
  record Entry(String name, Dtype dtype, List<Long> shape, AtomicFile.Body body) {
    long length() {
      return shape.stream().reduce((long) dtype.width(), Math::multiplyExact);
    }
  }

  /** Vectors, in float32 if they are such, else in float64. */
  static Entry vectors(String name, double[][] rows, boolean single) {
    int width = single ? Float.BYTES : Double.BYTES;
    ByteBuffer bytes = buffer(rows.length * rows[0].length * width);
    for (double[] row : rows) {
      for (double x : row) {
        if (single) {
          bytes.putFloat((float) x);
        } else {
          bytes.putDouble(x);
        }
      }
    }
    Dtype dtype = single ? Dtype.F32 : Dtype.F64;
    return entry(name, dtype, List.of((long) rows.length, (long) rows[0].length), bytes);
  }

  static Entry bytes(String name, byte[] bytes) {
    ByteBuffer all = ByteBuffer.wrap(bytes).position(bytes.length);
    return entry(name, Dtype.U8, List.of((long) bytes.length), all);
  }

  private static Entry entry(String name, Dtype dtype, List<Long> shape, ByteBuffer filled) {
    return new Entry(
        name, dtype, shape, to -> AtomicFile.drain(to, filled.asReadOnlyBuffer().flip()));
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Writes the file atomically, wide elements first, so that all lie at multiples of their size.
   */
  static void write(Path file, SortedMap<String, String> words, List<Entry> entries) {
    List<Entry> sorted =
        entries.stream()
            .sorted(
                Comparator.<Entry>comparingInt(e -> -e.dtype().width()).thenComparing(Entry::name))
            .toList();
    byte[] header = header(words, sorted);
    AtomicFile.write(
        file,
        to -> {
          ByteBuffer head = buffer(Long.BYTES + header.length);
          AtomicFile.drain(to, head.putLong(header.length).put(header).flip());
          for (Entry entry : sorted) {
            entry.body().write(to);
          }
        });
  }

  private static byte[] header(SortedMap<String, String> words, List<Entry> entries) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = json.putObject("__metadata__");
    words.forEach(metadata::put);
    long at = 0;
    for (Entry entry : entries) {
      ObjectNode node = json.putObject(entry.name()).put("dtype", entry.dtype().name());
      entry.shape().forEach(node.withArray("shape")::add);
      if (entry.shape().isEmpty()) {
        node.putArray("shape");
      }
      long end = Math.addExact(at, entry.length());
      node.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(text, (text.length + 7) / 8 * 8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    return padded;
  }
}

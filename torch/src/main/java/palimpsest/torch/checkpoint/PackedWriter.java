package palimpsest.torch.checkpoint;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/** Writes the blocks of a {@link PackedFile}, each in the smaller of its two forms. */
final class PackedWriter implements AutoCloseable {
  private final DataOutputStream out;
  private final Optional<PackedFile> under;
  private final BytePlanes.Writer planes = new BytePlanes.Writer();
  private final int[] block = new int[BytePlanes.BLOCK];
  private final int[] below = new int[BytePlanes.BLOCK];

  private PackedWriter(DataOutputStream out, Optional<PackedFile> under) {
    this.out = out;
    this.under = under;
  }

  static void write(
      Path file,
      Map<String, Tensor> tensors,
      Optional<PackedFile.Base> base,
      Optional<PackedFile> under) {
    tensors.values().forEach(PackedFile::requireFloats);
    AtomicFile.write(
        file,
        channel -> {
          DataOutputStream out =
              new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
          header(tensors, base, out);
          try (PackedWriter writer = new PackedWriter(out, under)) {
            for (Tensor tensor : new TreeMap<>(tensors).values()) {
              NativeBytes.of(
                  tensor,
                  Dtype.F32,
                  bytes -> writer.write(bytes.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer()));
            }
          }
          out.flush();
        });
  }

  private static void header(
      Map<String, Tensor> tensors, Optional<PackedFile.Base> base, DataOutputStream out)
      throws IOException {
    out.write(PackedFile.MAGIC);
    out.writeInt(base.map(PackedFile.Base::step).orElse(0));
    out.write(
        base.map(b -> HexFormat.of().parseHex(b.state())).orElse(new byte[PackedFile.DIGEST]));
    out.writeInt(tensors.size());
    for (Map.Entry<String, Tensor> each : new TreeMap<>(tensors).entrySet()) {
      byte[] name = each.getKey().getBytes(StandardCharsets.UTF_8);
      out.writeShort(name.length);
      out.write(name);
      out.writeLong(each.getValue().numel());
    }
  }

  /** Bytes at most: each block as it is, no plane made smaller. */
  static long most(Map<String, Tensor> tensors) {
    long size = (long) PackedFile.MAGIC.length + PackedFile.DIGEST + 2 * Integer.BYTES;
    for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
      long elements = each.getValue().numel();
      long blocks = (elements + BytePlanes.BLOCK - 1) / BytePlanes.BLOCK;
      int name = each.getKey().getBytes(StandardCharsets.UTF_8).length;
      size += (long) Short.BYTES + name + Long.BYTES;
      size += blocks * (1L + BytePlanes.HEADS) + elements * Float.BYTES;
    }
    return size;
  }

  private void write(IntBuffer numbers) throws IOException {
    while (numbers.hasRemaining()) {
      int n = Math.min(block.length, numbers.remaining());
      numbers.get(block, 0, n);
      byte[] plain = packed(n);
      byte[] different = plain;
      if (under.isPresent()) {
        under.get().next(below, n);
        for (int i = 0; i < n; i++) {
          block[i] = Difference.of(block[i], below[i]);
        }
        different = packed(n);
      }
      boolean smaller = different.length < plain.length;
      out.writeByte(smaller ? PackedFile.DIFFERENCE : PackedFile.PLAIN);
      out.write(smaller ? different : plain);
    }
  }

  private byte[] packed(int n) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    planes.write(block, n, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    planes.close();
  }
}

package palimpsest.torch.diffusion.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.NativeBytes;
import palimpsest.torch.checkpoint.Safetensors;

/**
 * Where a component's tensor is stored: a run of elements of a file.
 *
 * <p>What is read or written through a place is in the component's order, whatever that of the file
 * is.
 *
 * @param file which file
 * @param dtype of the stored elements
 * @param shape of the component's tensor
 * @param offset position of the first byte in the file
 * @param transposed whether the file has the matrix' columns as rows
 */
record Place(Safetensors file, Dtype dtype, List<Long> shape, long offset, boolean transposed) {
  private static final int PIECE = 1 << 20;
  private static final int LARGEST = 1 << 30;

  Place {
    shape = List.copyOf(shape);
  }

  /** The whole of a file's tensor. */
  static Place of(Safetensors file, String name) {
    Safetensors.Entry entry = file.entry(name);
    return new Place(file, entry.dtype(), entry.shape(), entry.offset(), false);
  }

  /** The same without dimensions of size 1 after the second: a 1 x 1 convolution as a matrix. */
  Place squeezed() {
    List<Long> matrix = new ArrayList<>(shape);
    while (matrix.size() > 2 && matrix.get(matrix.size() - 1) == 1) {
      matrix.remove(matrix.size() - 1);
    }
    return new Place(file, dtype, matrix, offset, transposed);
  }

  /** One of three equal parts of the rows; refused where there are none. */
  Place third(int part, String name) {
    if (shape.isEmpty() || shape.get(0) % 3 != 0) {
      throw new CorruptArtifact(
          file.file() + ": tensor " + name + " has shape " + shape + ", wanted three parts");
    }
    List<Long> rows = new ArrayList<>(shape);
    rows.set(0, shape.get(0) / 3);
    return new Place(file, dtype, rows, offset + part * (length() / 3), transposed);
  }

  /** The matrix whose columns stand there as rows. */
  Place columns(String name) {
    if (shape.size() != 2) {
      throw new CorruptArtifact(
          file.file() + ": tensor " + name + " has shape " + shape + ", wanted a matrix");
    }
    return new Place(file, dtype, List.of(shape.get(1), shape.get(0)), offset, true);
  }

  /** How many elements there are. */
  long count() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Bytes in the file. */
  long length() {
    return count() * dtype.width();
  }

  /** The elements as they are stored, piece by piece. */
  <E extends Exception> void pieces(NativeBytes.Piece<E> piece) throws E {
    if (transposed) {
      piece.take(ByteBuffer.wrap(bytes()));
      return;
    }
    byte[] some = new byte[(int) Math.min(PIECE, length())];
    for (long at = 0; at < length(); at += some.length) {
      ByteBuffer next = ByteBuffer.wrap(some, 0, (int) Math.min(some.length, length() - at));
      file.bytes(offset + at, next);
      piece.take(next.flip());
    }
  }

  /** Some elements as they are stored. */
  byte[] some(long from, int count) {
    int width = dtype.width();
    byte[] stored = new byte[count * width];
    if (transposed) {
      System.arraycopy(bytes(), (int) (from * width), stored, 0, stored.length);
    } else {
      file.bytes(offset + from * width, ByteBuffer.wrap(stored));
    }
    return stored;
  }

  /** All elements as they are stored; at most 1 GiB. */
  byte[] bytes() {
    byte[] stored = new byte[small()];
    file.bytes(offset, ByteBuffer.wrap(stored));
    return transposed ? turned(stored, shape.get(1), shape.get(0)) : stored;
  }

  private int small() {
    if (length() > LARGEST) {
      throw new UnsupportedModel(
          file.file() + ": a matrix of " + length() + " bytes, wanted at most " + LARGEST);
    }
    return (int) length();
  }

  /** A matrix' elements, row by row, as those of the matrix turned over. */
  private byte[] turned(byte[] from, long rows, long columns) {
    int width = dtype.width();
    byte[] to = new byte[from.length];
    int at = 0;
    for (int j = 0; j < columns; j++) {
      for (int i = 0; i < rows; i++, at += width) {
        System.arraycopy(from, (int) (i * columns + j) * width, to, at, width);
      }
    }
    return to;
  }

  /** Fills a float32 tensor of this shape, widening exactly; refuses what is not finite. */
  void readInto(Tensor tensor, String name) {
    try (PointerScope scope = new PointerScope()) {
      long[] stored = {shape.isEmpty() ? 1 : shape.get(0), shape.isEmpty() ? 1 : rest()};
      long[] sizes = transposed ? new long[] {stored[1], stored[0]} : stored;
      Tensor read =
          torch.empty(sizes, new TensorOptions(dtype.scalarType()), new MemoryFormatOptional());
      long[] at = {offset};
      NativeBytes.<RuntimeException>inPlace(
          read,
          dtype,
          bytes -> {
            int size = bytes.remaining();
            file.bytes(at[0], bytes);
            at[0] += size;
          });
      tensor.copy_((transposed ? read.t() : read).reshape(NativeBytes.shape(tensor)));
      if (!Safetensors.finite(tensor)) {
        throw new CorruptArtifact(
            file.file() + ": tensor " + name + " holds NaN or infinity, wanted finite");
      }
    }
  }

  private long rest() {
    return shape.subList(1, shape.size()).stream().reduce(1L, Math::multiplyExact);
  }

  /** The same content in the order of the file. */
  Fresh inOrderOfFile(Fresh fresh) {
    if (!transposed) {
      return fresh;
    }
    return to -> {
      ByteBuffer all = ByteBuffer.allocate(small());
      fresh.emit(all::put);
      to.take(ByteBuffer.wrap(turned(all.array(), shape.get(0), shape.get(1))));
    };
  }

  /** Writes content where this stands in a copy of the file, which is there already before it. */
  void write(Fresh fresh, NativeBytes.Piece<IOException> to) throws IOException {
    long[] left = {length()};
    inOrderOfFile(fresh)
        .emit(
            bytes -> {
              left[0] -= bytes.remaining();
              to.take(bytes);
            });
    if (left[0] != 0) {
      throw new IllegalStateException(left[0] + " bytes too few for a tensor of " + length());
    }
  }
}

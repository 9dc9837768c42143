package palimpsest.torch.diffusion.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import palimpsest.api.CorruptArtifact;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Safetensors;
import palimpsest.torch.checkpoint.Words;

/**
 * The arrays of a patch, read when asked for and refused where they are of another shape.
 *
 * @param file in which they are
 */
record PatchArrays(Safetensors file) {
  private static final int LARGEST = 1 << 30;

  /** Bytes. */
  byte[] bytes(String name) {
    return buffer(require(name, Dtype.U8, 1)).array();
  }

  /** Vectors, all of one size, in float64 or float32. */
  double[][] vectors(String name) {
    boolean single = file.entry(name).dtype() == Dtype.F32;
    Safetensors.Entry entry = require(name, single ? Dtype.F32 : Dtype.F64, 2);
    if (entry.length() == 0) {
      throw corrupt(entry, "vectors");
    }
    ByteBuffer bytes = buffer(entry);
    double[][] rows =
        new double[Math.toIntExact(entry.shape().get(0))][Math.toIntExact(entry.shape().get(1))];
    for (double[] row : rows) {
      for (int k = 0; k < row.length; k++) {
        row[k] = single ? bytes.getFloat() : bytes.getDouble();
      }
    }
    return rows;
  }

  private Safetensors.Entry require(String name, Dtype dtype, int dimensions) {
    Safetensors.Entry entry = file.entry(name);
    if (entry.dtype() != dtype || entry.shape().size() != dimensions) {
      throw corrupt(entry, dtype + " of " + dimensions + " dimensions");
    }
    if (entry.length() > LARGEST) {
      throw corrupt(entry, "at most 1 GiB");
    }
    return entry;
  }

  private CorruptArtifact corrupt(Safetensors.Entry entry, String wanted) {
    return new CorruptArtifact(
        file.file()
            + ": array "
            + Words.quoted(entry.name())
            + " is "
            + entry.dtype()
            + " "
            + entry.shape()
            + ", wanted "
            + wanted);
  }

  private ByteBuffer buffer(Safetensors.Entry entry) {
    ByteBuffer bytes = ByteBuffer.allocate((int) entry.length()).order(ByteOrder.LITTLE_ENDIAN);
    file.bytes(entry.offset(), bytes);
    return bytes.flip();
  }
}

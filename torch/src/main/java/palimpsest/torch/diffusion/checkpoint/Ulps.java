package palimpsest.torch.diffusion.checkpoint;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import palimpsest.api.CorruptArtifact;
import palimpsest.torch.checkpoint.BytePlanes;
import palimpsest.torch.checkpoint.Words;

/**
 * By how many numbers each element of a tensor differs from what it was, packed; it leads forth and
 * back.
 *
 * <pre>d = place(after) - place(before), its sign in the last bit</pre>
 *
 * @param place where the tensor stands
 * @param format of its elements
 */
record Ulps(Place place, FloatFormat format) {
  Ulps(Place place) {
    this(place, FloatFormat.of(place.dtype()));
  }

  /** Writes the differences of new elements to those that are there. */
  void write(Fresh after, FileChannel to) throws IOException {
    DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(to), 1 << 16));
    int[] block = new int[BytePlanes.BLOCK];
    long[] at = {0};
    try (BytePlanes.Writer planes = new BytePlanes.Writer()) {
      after.emit(
          bytes -> {
            ByteBuffer now = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
            int count = now.remaining() / format.width();
            for (int i = 0; i < count; i += block.length) {
              int n = Math.min(block.length, count - i);
              ByteBuffer before = wrap(place.some(at[0], n));
              for (int k = 0; k < n; k++) {
                int d = number(now, i + k) - number(before, k);
                block[k] = (d << 1) ^ (d >> 31);
              }
              planes.write(block, n, out);
              at[0] += n;
            }
          });
    }
    out.flush();
  }

  /**
   * The elements that differ from those that are there by what was written.
   *
   * @param back whether what is there is what they became
   * @param where what messages call what was written
   */
  Fresh across(byte[] packed, boolean back, String where) {
    return to -> {
      try (Unpacked differences = new Unpacked(packed, where)) {
        int n;
        for (long at = 0; at < place.count(); at += n) {
          n = (int) Math.min(BytePlanes.BLOCK, place.count() - at);
          int[] block = differences.next(n);
          ByteBuffer some = wrap(place.some(at, n));
          for (int k = 0; k < n; k++) {
            int there = number(some, k) + (back ? -block[k] : block[k]);
            format.put(some, k, format.ofPlace(format.width() == 4 ? there : (short) there));
          }
          to.take(some);
        }
        differences.end();
      }
    };
  }

  /** Differences, block by block. */
  private static final class Unpacked implements AutoCloseable {
    private final DataInputStream in;
    private final String where;
    private final BytePlanes.Reader planes = new BytePlanes.Reader();
    private final int[] block = new int[BytePlanes.BLOCK];

    Unpacked(byte[] packed, String where) {
      this.in = new DataInputStream(new ByteArrayInputStream(packed));
      this.where = where;
    }

    int[] next(int n) {
      try {
        planes.read(block, n, in);
      } catch (EOFException e) {
        throw new CorruptArtifact(where + " ends early", e);
      } catch (IOException e) {
        throw new CorruptArtifact(where + " " + Words.reason(e), e);
      }
      for (int k = 0; k < n; k++) {
        block[k] = (block[k] >>> 1) ^ -(block[k] & 1);
      }
      return block;
    }

    void end() throws IOException {
      if (in.read() >= 0) {
        throw new CorruptArtifact(where + " goes on behind its end");
      }
    }

    @Override
    public void close() {
      planes.close();
    }
  }

  private int number(ByteBuffer buffer, int index) {
    return format.place(format.bits(buffer, index));
  }

  private static ByteBuffer wrap(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

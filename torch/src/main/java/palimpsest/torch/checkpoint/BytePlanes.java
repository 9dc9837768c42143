package palimpsest.torch.checkpoint;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A block of numbers as four planes: all first bytes, all second bytes and so on, each deflated
 * where that makes it smaller.
 *
 * <p>The first bytes of float32 numbers, sign and most of the exponent, are alike; the last ones
 * are noise, which is stored as it is. A plane is its length in 4 bytes, then that many.
 */
public final class BytePlanes {
  /** Most numbers of a block. */
  public static final int BLOCK = 1 << 16;

  private static final int PLANES = 4;

  /** Bytes of a block besides its numbers. */
  static final int HEADS = PLANES * Integer.BYTES;

  private BytePlanes() {}

  private static int shift(int plane) {
    return 24 - 8 * plane;
  }

  /** Packs blocks. */
  public static final class Writer implements AutoCloseable {
    private final Deflater codes = new Deflater(Deflater.BEST_SPEED, true);
    private final Deflater repeats = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    private final byte[] plane = new byte[BLOCK];
    private final byte[] coded = new byte[BLOCK];
    private final byte[] repeated = new byte[BLOCK];

    /** For any number of blocks. */
    public Writer() {
      codes.setStrategy(Deflater.HUFFMAN_ONLY);
    }

    /** Writes the first {@code n} numbers. */
    public void write(int[] numbers, int n, DataOutput out) throws IOException {
      for (int k = 0; k < PLANES; k++) {
        for (int i = 0; i < n; i++) {
          plane[i] = (byte) (numbers[i] >>> shift(k));
        }
        int size = deflate(codes, n, coded);
        byte[] smallest = size < n ? coded : plane;
        if (size < n / 4) { // few different bytes: perhaps in runs, which codes do not shorten
          int runs = deflate(repeats, n, repeated);
          smallest = runs < size ? repeated : coded;
          size = Math.min(runs, size);
        }
        out.writeInt(size);
        out.write(smallest, 0, size);
      }
    }

    /** The size of what came of the plane; {@code n} if it is not smaller. */
    private int deflate(Deflater deflater, int n, byte[] into) {
      deflater.reset();
      deflater.setInput(plane, 0, n);
      deflater.finish();
      int size = 0;
      while (!deflater.finished() && size < n) {
        size += deflater.deflate(into, size, n - size); // at first 0, where it sets its strategy
      }
      return deflater.finished() ? size : n;
    }

    @Override
    public void close() {
      codes.end();
      repeats.end();
    }
  }

  /** Unpacks blocks; never more than was asked for. */
  public static final class Reader implements AutoCloseable {
    private final Inflater inflater = new Inflater(true);
    private final byte[] packed = new byte[BLOCK];
    private final byte[] plane = new byte[BLOCK + 1]; // one more, to see whether there is more

    /**
     * Reads {@code n} numbers.
     *
     * @throws IOException if there are not as many, or there is more
     */
    public void read(int[] numbers, int n, DataInput in) throws IOException {
      for (int k = 0; k < PLANES; k++) {
        int size = in.readInt();
        if (size < 0 || size > n) {
          throw new IOException("has a plane of " + size + " bytes, wanted at most " + n);
        }
        if (size == n) {
          in.readFully(plane, 0, n);
        } else {
          in.readFully(packed, 0, size);
          inflate(size, n);
        }
        for (int i = 0; i < n; i++) {
          int bits = (plane[i] & 0xff) << shift(k);
          numbers[i] = k == 0 ? bits : numbers[i] | bits;
        }
      }
    }

    private void inflate(int size, int n) throws IOException {
      inflater.reset();
      inflater.setInput(packed, 0, size);
      try {
        int got = 0;
        for (int some = 1; some > 0 && got <= n; got += some) {
          some = inflater.inflate(plane, got, n + 1 - got);
        }
        if (got != n || !inflater.finished() || inflater.getRemaining() > 0) {
          throw new IOException("has a plane that does not unpack to " + n + " bytes");
        }
      } catch (DataFormatException e) {
        throw new IOException("has a plane that does not unpack", e);
      }
    }

    @Override
    public void close() {
      inflater.end();
    }
  }
}

package palimpsest.torch.diffusion.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Whole numbers in a row of bits, each in as few as what is known of it allows. */
final class Bits {
  private Bits() {}

  /** Writes. */
  static final class Writer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int open;
    private int filled;

    /** A number below 2^n, highest bit first. */
    void bits(long value, int n) {
      for (int i = n - 1; i >= 0; i--) {
        open = open << 1 | (int) (value >>> i & 1);
        if (++filled == Byte.SIZE) {
          bytes.write(open);
          open = 0;
          filled = 0;
        }
      }
    }

    /** A number from 0 to count - 1: nothing for one, else truncated binary. */
    void below(long count, long value) {
      int n = Long.SIZE - 1 - Long.numberOfLeadingZeros(count);
      long shorter = (2L << n) - count;
      if (value < shorter) {
        bits(value, n);
      } else {
        bits(value + shorter, n + 1);
      }
    }

    byte[] toBytes() {
      if (filled > 0) {
        bits(0, Byte.SIZE - filled);
      }
      return bytes.toByteArray();
    }
  }

  /** Reads what was written. */
  static final class Reader {
    private final byte[] bytes;
    private long at;

    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    /** A number below 2^n. */
    long bits(int n) throws IOException {
      long value = 0;
      for (int i = 0; i < n; i++, at++) {
        if (at >>> 3 >= bytes.length) {
          throw new IOException("ends early");
        }
        value = value << 1 | (bytes[(int) (at >>> 3)] >> (7 - (at & 7)) & 1);
      }
      return value;
    }

    /** A number from 0 to count - 1. */
    long below(long count) throws IOException {
      int n = Long.SIZE - 1 - Long.numberOfLeadingZeros(count);
      long shorter = (2L << n) - count;
      long value = bits(n);
      return value < shorter ? value : (value << 1 | bits(1)) - shorter;
    }

    /** Refuses more than the rest of a byte. */
    void end() throws IOException {
      if (bytes.length != (at + 7) >>> 3) {
        throw new IOException("goes on behind its end");
      }
    }
  }
}

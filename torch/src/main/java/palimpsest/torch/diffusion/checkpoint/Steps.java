package palimpsest.torch.diffusion.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import palimpsest.torch.checkpoint.BytePlanes;

/**
 * Coefficients of rows as whole numbers of one step, packed a column at a time.
 *
 * <pre>a = q · 2^e,  q stored as 2 q for 0 and above, else -2 q - 1</pre>
 *
 * <p>The step is a part of the last place of the matrix' typical element: what is rounded so is
 * small beside the rounding of 16-bit elements; of float32 the coefficient's own last place is
 * more.
 */
final class Steps {
  /** log2 of how many steps a last place has. */
  private static final int FINER = 2;

  private static final int MOST = 30; // bits of a number of steps
  private static final int LEAST = -1000;
  private static final int LARGEST = 100;

  private Steps() {}

  /**
   * e for a matrix.
   *
   * @param meanSquare of its elements
   * @param fraction bits behind the point of their type
   * @param largest magnitude of a coefficient
   */
  static int exponent(double meanSquare, int fraction, double largest) {
    int typical = meanSquare == 0 ? LEAST : Math.getExponent(Math.sqrt(meanSquare));
    int wanted = typical - fraction - FINER;
    int possible = largest == 0 ? LEAST : Math.getExponent(largest) + 1 - MOST;
    return Math.max(LEAST, Math.max(wanted, possible));
  }

  /** The coefficients as they can be stored. */
  static void round(float[] coefficients, int exponent) {
    for (int i = 0; i < coefficients.length; i++) {
      coefficients[i] = (float) Math.scalb((double) steps(coefficients[i], exponent), exponent);
    }
  }

  private static int steps(float coefficient, int exponent) {
    return (int) Math.rint(Math.scalb((double) coefficient, -exponent));
  }

  /** Packs (D, n) rounded coefficients: e in 4 bytes, then all first of rows, all second. */
  static byte[] pack(float[] coefficients, int rank, int exponent) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int rows = coefficients.length / rank;
    int[] block = new int[Math.min(rows, BytePlanes.BLOCK)];
    try (BytePlanes.Writer planes = new BytePlanes.Writer();
        DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(exponent);
      for (int j = 0; j < rank; j++) {
        for (int from = 0; from < rows; from += block.length) {
          int n = Math.min(block.length, rows - from);
          for (int i = 0; i < n; i++) {
            int q = steps(coefficients[(from + i) * rank + j], exponent);
            block[i] = (q << 1) ^ (q >> 31);
          }
          planes.write(block, n, out);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * The coefficients that were packed, (D, n).
   *
   * @throws IOException if the bytes are not of as many, or one is not finite
   */
  static float[] unpack(byte[] packed, int rows, int rank) throws IOException {
    float[] coefficients = new float[Math.multiplyExact(rows, rank)];
    int[] block = new int[Math.min(rows, BytePlanes.BLOCK)];
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(packed));
        BytePlanes.Reader planes = new BytePlanes.Reader()) {
      int exponent = in.readInt();
      if (exponent < LEAST || exponent > LARGEST) {
        throw new IOException("has steps of 2^" + exponent);
      }
      for (int j = 0; j < rank; j++) {
        for (int from = 0; from < rows; from += block.length) {
          int n = Math.min(block.length, rows - from);
          planes.read(block, n, in);
          for (int i = 0; i < n; i++) {
            int q = (block[i] >>> 1) ^ -(block[i] & 1);
            float coefficient = (float) Math.scalb((double) q, exponent);
            if (!Float.isFinite(coefficient)) {
              throw new IOException("has a number that is too large");
            }
            coefficients[(from + i) * rank + j] = coefficient;
          }
        }
      }
      if (in.read() >= 0) {
        throw new IOException("goes on behind its end");
      }
    } catch (EOFException e) {
      throw new IOException("ends early", e);
    }
    return coefficients;
  }
}

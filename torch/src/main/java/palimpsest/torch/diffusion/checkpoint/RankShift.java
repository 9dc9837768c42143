package palimpsest.torch.diffusion.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;

/**
 * One stored matrix multiplied from the right by a {@link LowRank} matrix, and back to the last
 * bit.
 *
 * <pre>
 * a_j  = round(Σ_k w_k u_jk)             per row, to {@link Steps}, kept in the patch
 * s_k  = Σ_j a_j v_jk                    float64, in order
 * w'_k = round(w_k + s_k)                to the stored type
 * </pre>
 *
 * <p>With a and v at hand, w_k is one of the numbers that w'_k was rounded from: mostly the only
 * one ({@link Preimage}). Where it is not, which of them it was is kept, in as many bits as there
 * are candidates for: that is all that the edit lost.
 *
 * @param name what messages call the matrix
 * @param matrix by which it is multiplied
 * @param format in which it is stored
 * @param rows how many there are
 */
record RankShift(String name, LowRank matrix, FloatFormat format, int rows) {

  /** The edited elements with what it takes to go back. */
  static final class Edited {
    final byte[] elements;
    final float[] coefficients;
    final int exponent; // of their step
    final byte[] lost;

    private Edited(byte[] elements, float[] coefficients, int exponent, byte[] lost) {
      this.elements = elements;
      this.coefficients = coefficients;
      this.exponent = exponent;
      this.lost = lost;
    }
  }

  /** Multiplies. */
  Edited edit(byte[] stored) {
    ByteBuffer from = wrap(stored);
    double[] row = new double[matrix.width()];
    float[] coefficients = new float[rows * matrix.rank()];
    double squares = 0;
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < row.length; k++) {
        row[k] = value(from, i * row.length + k);
        squares += row[k] * row[k];
      }
      matrix.coefficients(row, coefficients, i * matrix.rank());
    }
    int exponent =
        Steps.exponent(
            squares / ((double) rows * row.length), format.fraction(), largest(coefficients));
    Steps.round(coefficients, exponent);
    byte[] edited = apply(stored, coefficients);
    return new Edited(edited, coefficients, exponent, lost(from, wrap(edited), coefficients));
  }

  private double largest(float[] coefficients) {
    double largest = 0;
    for (float a : coefficients) {
      largest = Math.max(largest, Math.abs(a));
    }
    if (largest > Float.MAX_VALUE) {
      throw new InvalidRequest(
          "tensor " + name + " would become too large for " + format + "; make a weaker edit");
    }
    return largest;
  }

  private double value(ByteBuffer from, int index) {
    int bits = format.bits(from, index);
    if (!format.isFinite(bits)) {
      throw new CorruptArtifact("tensor " + name + " holds NaN or infinity, wanted finite");
    }
    return format.value(bits);
  }

  /** The elements after the edit, of those before it. */
  byte[] apply(byte[] stored, float[] coefficients) {
    ByteBuffer from = wrap(stored);
    byte[] elements = new byte[stored.length];
    ByteBuffer to = wrap(elements);
    double[] shift = new double[matrix.width()];
    for (int i = 0; i < rows; i++) {
      matrix.shift(coefficients, i * matrix.rank(), shift);
      for (int k = 0, at = i * shift.length; k < shift.length; k++, at++) {
        int edited = format.round(value(from, at) + shift[k]);
        if (!format.isFinite(edited)) {
          throw new InvalidRequest(
              "tensor " + name + " would become too large for " + format + "; make a weaker edit");
        }
        format.put(to, at, edited);
      }
    }
    return elements;
  }

  private byte[] lost(ByteBuffer before, ByteBuffer after, float[] coefficients) {
    Preimage candidates = new Preimage(format);
    Bits.Writer bits = new Bits.Writer();
    double[] shift = new double[matrix.width()];
    for (int i = 0; i < rows; i++) {
      matrix.shift(coefficients, i * matrix.rank(), shift);
      for (int k = 0, at = i * shift.length; k < shift.length; k++, at++) {
        candidates.find(format.bits(after, at), shift[k]);
        int place = format.place(format.bits(before, at));
        if (candidates.hasZero()) {
          bits.bits(place == 0 ? 1 : 0, 1);
        }
        if (!candidates.hasZero() || place != 0) {
          bits.below(candidates.count(), place - candidates.first());
        }
      }
    }
    return bits.toBytes();
  }

  /** The elements before the edit, of those after it. */
  byte[] revert(byte[] edited, float[] coefficients, byte[] lost) throws IOException {
    ByteBuffer from = wrap(edited);
    byte[] elements = new byte[edited.length];
    ByteBuffer to = wrap(elements);
    Preimage candidates = new Preimage(format);
    Bits.Reader bits = new Bits.Reader(lost);
    double[] shift = new double[matrix.width()];
    for (int i = 0; i < rows; i++) {
      matrix.shift(coefficients, i * matrix.rank(), shift);
      for (int k = 0, at = i * shift.length; k < shift.length; k++, at++) {
        candidates.find(format.bits(from, at), shift[k]);
        if (candidates.count() < 1) {
          throw new IOException("is not of these weights");
        }
        boolean zero = candidates.hasZero() && bits.bits(1) == 1;
        long place = zero ? 0 : candidates.first() + bits.below(candidates.count());
        format.put(to, at, format.ofPlace((int) place));
      }
    }
    bits.end();
    return elements;
  }

  private static ByteBuffer wrap(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

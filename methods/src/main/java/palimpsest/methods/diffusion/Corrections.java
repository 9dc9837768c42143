package palimpsest.methods.diffusion;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import palimpsest.api.CorruptArtifact;

/**
 * What undoing an edit leaves to be put right, so that weights that were rounded come back bit for
 * bit.
 *
 * <pre>
 * W' = round(W + (W U) Vᵀ),  restored = round(W' - (W U) Vᵀ)
 * correction = place(W) - place(restored)
 * </pre>
 *
 * <p>place counts the float32 numbers in ascending order, so that a correction is a number of steps
 * from one to the next: 0 unless W' has fewer digits after the point than W. Edits are
 * bit-reproducible, so what there was to correct here is what there is to correct elsewhere.
 * Weights of 16 bits are to be rounded to those at both steps.
 *
 * <p>Packed: the differences modulo 2³², sign last, as four planes from the highest byte to the
 * lowest, deflated.
 */
public final class Corrections {
  private Corrections() {}

  /** What makes {@code restored} the original, packed. */
  public static byte[] of(float[] original, float[] restored) {
    int n = restored.length;
    if (original.length != n) {
      throw new IllegalArgumentException(original.length + " originals of " + n + " numbers");
    }
    byte[] planes = new byte[Math.multiplyExact(Integer.BYTES, n)];
    for (int i = 0; i < n; i++) {
      int d = place(original[i]) - place(restored[i]);
      int signLast = (d << 1) ^ (d >> 31);
      for (int k = 0; k < Integer.BYTES; k++) {
        planes[k * n + i] = (byte) (signLast >>> (24 - 8 * k));
      }
    }
    return deflate(planes);
  }

  /**
   * The original.
   *
   * @throws CorruptArtifact if the bytes are not corrections of as many numbers
   */
  public static float[] apply(byte[] packed, float[] restored) {
    int n = restored.length;
    byte[] planes = inflate(packed, Math.multiplyExact(Integer.BYTES, n));
    float[] original = new float[n];
    for (int i = 0; i < n; i++) {
      int signLast = 0;
      for (int k = 0; k < Integer.BYTES; k++) {
        signLast = (signLast << 8) | (planes[k * n + i] & 0xff);
      }
      int d = (signLast >>> 1) ^ -(signLast & 1);
      original[i] = number(place(restored[i]) + d);
    }
    return original;
  }

  /** Bits in the order of the numbers: of a negative one all but the sign are turned over. */
  private static int place(float value) {
    return turned(Float.floatToRawIntBits(value));
  }

  private static float number(int place) {
    return Float.intBitsToFloat(turned(place));
  }

  private static int turned(int bits) {
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  private static byte[] deflate(byte[] planes) {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(planes);
      deflater.finish();
      byte[] packed = new byte[planes.length + planes.length / 1000 + 64];
      int size = deflater.deflate(packed);
      if (!deflater.finished()) {
        throw new IllegalStateException("deflate wrote more than its bound");
      }
      return Arrays.copyOf(packed, size);
    } finally {
      deflater.end();
    }
  }

  private static byte[] inflate(byte[] packed, int size) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(packed);
      byte[] planes = new byte[size + 1]; // one more, to see whether there is more
      int got = 0;
      for (int some = 1; some > 0 && got <= size; got += some) {
        some = inflater.inflate(planes, got, size + 1 - got);
      }
      if (got != size || !inflater.finished() || inflater.getRemaining() > 0) {
        throw new CorruptArtifact(
            "corrections do not unpack to " + size + " bytes; fetch the patch again");
      }
      return planes;
    } catch (DataFormatException e) {
      throw new CorruptArtifact("corrections do not unpack; fetch the patch again", e);
    } finally {
      inflater.end();
    }
  }
}

package palimpsest.torch.diffusion.checkpoint;

import java.nio.ByteBuffer;
import palimpsest.torch.checkpoint.Dtype;

/**
 * A stored type of floating-point numbers, with arithmetic that is the same on every machine.
 *
 * <p>Bits are those of the number in the low end of an int. The <i>place</i> of a number is an int
 * that grows by one from each number to the next; -0 stands at -1, +0 at 0.
 */
enum FloatFormat {
  F32(23, 127, 0x7f7fffff),
  F16(10, 15, 0x7bff),
  BF16(7, 127, 0x7f7f);

  private static final float[] HALVES = halves();

  private final int fraction;
  private final int bias;
  private final int highest;
  private final int width;

  FloatFormat(int fraction, int bias, int highest) {
    this.fraction = fraction;
    this.bias = bias;
    this.highest = highest;
    this.width = fraction > 15 ? 4 : 2;
  }

  static FloatFormat of(Dtype dtype) {
    return valueOf(dtype.name());
  }

  /** Bits behind the point of a normal number. */
  int fraction() {
    return fraction;
  }

  /** Bytes of a number. */
  int width() {
    return width;
  }

  /** The bits at an index of a little-endian buffer. */
  int bits(ByteBuffer buffer, int index) {
    return width == 4 ? buffer.getInt(4 * index) : buffer.getShort(2 * index) & 0xffff;
  }

  void put(ByteBuffer buffer, int index, int bits) {
    if (width == 4) {
      buffer.putInt(4 * index, bits);
    } else {
      buffer.putShort(2 * index, (short) bits);
    }
  }

  double value(int bits) {
    if (this == F32) {
      return Float.intBitsToFloat(bits);
    }
    return this == F16 ? HALVES[bits] : Float.intBitsToFloat(bits << 16);
  }

  /** The nearest number, of two the even one; infinity where x is too large. */
  int round(double x) {
    if (this == F32) {
      return Float.floatToRawIntBits((float) x);
    }
    int sign = (int) (Double.doubleToRawLongBits(x) >>> 63) << 15;
    double size = Math.abs(x);
    int exponent = Math.max(Math.getExponent(size), 1 - bias);
    if (exponent > bias) {
      return sign | (highest + 1);
    }
    // in units of the last place: below 2^fraction where subnormal, up to 2^(fraction + 1) else
    double scale = Double.longBitsToDouble((1023L + fraction - exponent) << 52); // a power of two
    int units = (int) Math.rint(size * scale);
    return sign | Math.min(((exponent + bias - 1) << fraction) + units, highest + 1);
  }

  int place(int bits) {
    int signed = width == 4 ? bits : (short) bits;
    return signed ^ ((signed >> 31) & (width == 4 ? 0x7fffffff : 0x7fff));
  }

  int ofPlace(int place) {
    int signed = place ^ ((place >> 31) & (width == 4 ? 0x7fffffff : 0x7fff));
    return width == 4 ? signed : signed & 0xffff;
  }

  /** The place of the largest finite number; the lowest one's is -1 less it. */
  int highest() {
    return highest;
  }

  /** Whether bits are those of a finite number. */
  boolean isFinite(int bits) {
    return (bits & (width == 4 ? 0x7fffffff : 0x7fff)) <= highest;
  }

  private static float[] halves() {
    float[] values = new float[1 << 16];
    for (int bits = 0; bits < values.length; bits++) {
      int exponent = (bits >> 10) & 31;
      int fraction = bits & 1023;
      float size =
          exponent == 0
              ? Math.scalb((float) fraction, -24)
              : exponent < 31
                  ? Math.scalb((float) (1024 + fraction), exponent - 25)
                  : fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
      values[bits] = bits < 1 << 15 ? size : -size;
    }
    return values;
  }
}

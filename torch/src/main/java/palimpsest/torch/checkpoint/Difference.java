package palimpsest.torch.checkpoint;

/**
 * How many float32 numbers lie between two, as bits of which the first are zero where they are near
 * each other; any two bit patterns have one, and it can be undone.
 *
 * <pre>place(x) = x, of a negative number with all bits but the sign turned over
 * d = place(a) - place(b), modulo 2^32; its sign stands in the last bit</pre>
 */
final class Difference {
  private Difference() {}

  static int of(int a, int b) {
    int d = place(a) - place(b);
    return (d << 1) ^ (d >> 31);
  }

  /** The number at that difference from {@code b}. */
  static int add(int difference, int b) {
    int d = (difference >>> 1) ^ -(difference & 1);
    return place(place(b) + d);
  }

  /** Bits in the order of the numbers; its own inverse. */
  private static int place(int bits) {
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }
}

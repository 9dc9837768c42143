package palimpsest.torch.diffusion.checkpoint;

/**
 * The numbers that become the same number when something is added and the sum is rounded.
 *
 * <p>Adding and rounding never turns the order of two numbers over, so they stand side by side:
 * most often it is one number alone; several where the sum is larger than what it was made of and
 * has coarser steps.
 */
final class Preimage {
  private final FloatFormat format;
  private long first;
  private long count;

  Preimage(FloatFormat format) {
    this.format = format;
  }

  /** Finds the numbers x with round(x + shift) = result, given by its bits. */
  void find(int result, double shift) {
    int wanted = format.place(result);
    long lowest = -1L - format.highest();
    int back = format.place(format.round(format.value(result) - shift));
    long near = Math.max(lowest, Math.min(format.highest(), back));
    first = firstAtLeast(wanted, shift, near);
    count = firstAtLeast(wanted + 1, shift, near) - first;
  }

  /** The place of the first number from which on sums have this place or a later one. */
  private long firstAtLeast(int wanted, double shift, long near) {
    long lowest = -1L - format.highest();
    long below; // too low
    long above; // not too low
    if (sum(near, shift) >= wanted) {
      above = near;
      below = near - 1;
      for (long step = 1; below >= lowest && sum(below, shift) >= wanted; step *= 2) {
        above = below;
        below = Math.max(lowest - 1, below - step);
      }
    } else {
      below = near;
      above = near + 1;
      for (long step = 1; above <= format.highest() && sum(above, shift) < wanted; step *= 2) {
        below = above;
        above = Math.min(format.highest() + 1L, above + step);
      }
    }
    while (above - below > 1) {
      long middle = below + (above - below) / 2;
      if (sum(middle, shift) >= wanted) {
        above = middle;
      } else {
        below = middle;
      }
    }
    return above;
  }

  private int sum(long place, double shift) {
    double x = format.value(format.ofPlace((int) place));
    return format.place(format.round(x + shift));
  }

  /** The place of the lowest one. */
  long first() {
    return first;
  }

  /** How many there are. */
  long count() {
    return count;
  }

  /** Whether zero is one of several: the one that stands for nothing more often than by chance. */
  boolean hasZero() {
    return count > 2 && first <= 0 && first + count > 0;
  }
}

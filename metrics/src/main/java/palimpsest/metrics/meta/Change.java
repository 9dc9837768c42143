package palimpsest.metrics.meta;

/**
 * A metric's value of one model before and after something was done to it.
 *
 * @param before the value before, as the metric gives it
 * @param after the value after
 */
public record Change(double before, double after) {
  public Change {
    if (!Double.isFinite(before) || !Double.isFinite(after)) {
      throw new IllegalArgumentException("not finite: before " + before + ", after " + after);
    }
  }

  double rise() {
    return after - before;
  }
}

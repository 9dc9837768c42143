package palimpsest.engine.drawing;

/**
 * Euclidean distances to the edge of a mask, exact between the centres of samples.
 *
 * <p>The squared distance separates: along columns first, then along rows the lower envelope of the
 * parabolas {@code (x - q)^2 + column(q)}.
 *
 * @see <a href="https://doi.org/10.4086/toc.2012.v008a019">Felzenszwalb and Huttenlocher 2012</a>
 */
final class Distances {
  private static final int FAR = 1 << 14;

  private final int side;
  private final int[] column;
  private final int[] squared;
  private final int[] vertex;
  private final double[] from;
  private final double[] half; // 1 / 2k

  private Distances(int side) {
    this.side = side;
    this.column = new int[side * side];
    this.squared = new int[side * side];
    this.vertex = new int[side];
    this.from = new double[side + 1];
    this.half = new double[side];
    for (int k = 1; k < side; k++) {
      half[k] = 0.5 / k;
    }
  }

  /**
   * Distances of samples from the edge between mask and no mask, negative within the mask.
   *
   * @param mask side x side samples, row by row
   * @param unit samples that make one unit of distance
   */
  static float[] signed(boolean[] mask, int side, double unit) {
    Distances distances = new Distances(side);
    int[] outside = distances.to(mask, true).clone();
    int[] inside = distances.to(mask, false);
    float[] signed = new float[mask.length];
    for (int i = 0; i < mask.length; i++) {
      double d = mask[i] ? 0.5 - Math.sqrt(inside[i]) : Math.sqrt(outside[i]) - 0.5;
      signed[i] = (float) (d / unit);
    }
    return signed;
  }

  /** Squared distances to the nearest sample whose mask is {@code wanted}. */
  private int[] to(boolean[] mask, boolean wanted) {
    for (int x = 0; x < side; x++) {
      scanColumn(mask, wanted, x);
    }
    for (int y = 0; y < side; y++) {
      scanRow(y * side);
    }
    return squared;
  }

  private void scanColumn(boolean[] mask, boolean wanted, int x) {
    int since = FAR;
    for (int at = x; at < mask.length; at += side) {
      since = mask[at] == wanted ? 0 : Math.min(FAR, since + 1);
      column[at] = since;
    }
    for (int at = mask.length - side + x; at >= 0; at -= side) {
      since = mask[at] == wanted ? 0 : Math.min(FAR, since + 1);
      column[at] = Math.min(column[at], since);
    }
  }

  private void scanRow(int row) {
    int last = -1;
    for (int q = 0; q < side; q++) {
      while (last >= 0 && crossing(row, vertex[last], q) <= from[last]) {
        last--;
      }
      from[last + 1] = last < 0 ? Double.NEGATIVE_INFINITY : crossing(row, vertex[last], q);
      vertex[++last] = q;
    }
    for (int x = side - 1; x >= 0; x--) {
      while (from[last] > x) {
        last--;
      }
      int q = vertex[last];
      squared[row + x] = (x - q) * (x - q) + column[row + q] * column[row + q];
    }
  }

  /** Where the parabola of the later vertex gets below that of the earlier one. */
  private double crossing(int row, int earlier, int later) {
    int a = earlier * earlier + column[row + earlier] * column[row + earlier];
    int b = later * later + column[row + later] * column[row + later];
    return (b - a) * half[later - earlier];
  }
}

package palimpsest.metrics.statistics;

import java.util.Arrays;

/** Rows of numbers in an order that does not depend on how they came. */
final class Rows {
  private Rows() {}

  /**
   * The rows in lexicographic order.
   *
   * @throws IllegalArgumentException if there are none or they differ in length
   */
  static double[][] sorted(double[][] rows) {
    if (rows.length == 0 || Arrays.stream(rows).anyMatch(r -> r.length != rows[0].length)) {
      throw new IllegalArgumentException(rows.length + " rows, wanted some of one length");
    }
    double[][] copy = rows.clone();
    Arrays.sort(copy, Arrays::compare);
    return copy;
  }
}

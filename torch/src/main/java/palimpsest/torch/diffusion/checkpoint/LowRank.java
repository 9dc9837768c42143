package palimpsest.torch.diffusion.checkpoint;

import java.util.Arrays;
import palimpsest.api.InvalidRequest;

/**
 * A square matrix that differs from the identity by few pairs of vectors, by which rows are
 * multiplied from the right.
 *
 * <pre>R = I + Σ_j u_j v_jᵀ,  w R = w + Σ_j (w · u_j) v_jᵀ</pre>
 *
 * <p>An edit of the maps by which text enters a model is one such matrix for all of them: W R
 * answers to a text c as W does to R c. Sums are in float64 and in the order of their terms, so
 * that every machine gets the same bits.
 */
public final class LowRank {
  private final int rank;
  private final int width;
  private final double[] left; // (E, n), so that all sums of a row run side by side
  private final double[][] right; // (n, E)

  private LowRank(double[][] left, double[][] right) {
    this.rank = left.length;
    this.width = left[0].length;
    this.left = new double[rank * width];
    this.right = Arrays.stream(right).map(double[]::clone).toArray(double[][]::new);
    for (int j = 0; j < rank; j++) {
      for (int k = 0; k < width; k++) {
        this.left[k * rank + j] = left[j][k];
      }
    }
  }

  /**
   * The matrix of these pairs.
   *
   * @param left u, n vectors of E numbers
   * @param right v, as many
   * @throws InvalidRequest if there are none, their sizes differ, or a number is not finite
   */
  public static LowRank of(double[][] left, double[][] right) {
    if (left.length == 0 || left.length != right.length || left[0].length == 0) {
      throw new InvalidRequest(
          "an edit of " + left.length + " and " + right.length + " vectors, wanted pairs");
    }
    int width = left[0].length;
    for (double[][] side : new double[][][] {left, right}) {
      for (double[] vector : side) {
        if (vector.length != width || !Arrays.stream(vector).allMatch(Double::isFinite)) {
          throw new InvalidRequest(
              "an edit with a vector that is not " + width + " finite numbers");
        }
      }
    }
    return new LowRank(left, right);
  }

  /** The same with vectors of float32. */
  LowRank single() {
    return of(single(left()), single(right()));
  }

  private static double[][] single(double[][] vectors) {
    for (double[] vector : vectors) {
      for (int k = 0; k < vector.length; k++) {
        vector[k] = (float) vector[k];
      }
    }
    return vectors;
  }

  /** How many pairs there are, n. */
  public int rank() {
    return rank;
  }

  /** The size of the vectors, E. */
  public int width() {
    return width;
  }

  /** The vectors u, (n, E). */
  public double[][] left() {
    double[][] vectors = new double[rank][width];
    for (int j = 0; j < rank; j++) {
      for (int k = 0; k < width; k++) {
        vectors[j][k] = left[k * rank + j];
      }
    }
    return vectors;
  }

  /** The vectors v, (n, E). */
  public double[][] right() {
    return Arrays.stream(right).map(double[]::clone).toArray(double[][]::new);
  }

  /** What a row has of each u, rounded to float32: w · u_j. */
  void coefficients(double[] row, float[] into, int at) {
    double[] sums = new double[rank];
    for (int k = 0; k < width; k++) {
      double w = row[k];
      for (int j = 0; j < rank; j++) {
        sums[j] += w * left[k * rank + j];
      }
    }
    for (int j = 0; j < rank; j++) {
      into[at + j] = (float) sums[j];
    }
  }

  /** What is added to a row of these coefficients: Σ_j a_j v_j. */
  void shift(float[] coefficients, int at, double[] into) {
    Arrays.fill(into, 0);
    for (int j = 0; j < rank; j++) {
      double a = coefficients[at + j];
      double[] v = right[j];
      for (int k = 0; k < width; k++) {
        into[k] += a * v[k];
      }
    }
  }
}

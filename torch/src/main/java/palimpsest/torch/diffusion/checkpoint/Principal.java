package palimpsest.torch.diffusion.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The same sum of pairs in as few as it has directions, the strongest first.
 *
 * <pre>Σ_j u_j v_jᵀ = Σ_i σ_i p_i q_iᵀ,  p orthonormal, q orthonormal</pre>
 *
 * <p>So a number that stands before q_i, rounded to steps of one size, is wrong by as much whatever
 * i is, and a weak direction needs few bits or none. The u are made orthonormal one by one (twice,
 * as once is not enough in floating point), then rows are rotated by pairs until they are
 * orthogonal (Hestenes). In float64, in one order: every machine gets the same bits.
 */
final class Principal {
  private static final int SWEEPS = 40;
  private static final double DEPENDENT = 1e-13;
  private static final double ORTHOGONAL = 1e-14;

  private final List<double[]> left = new ArrayList<>(); // orthonormal
  private final List<double[]> rows = new ArrayList<>();

  private Principal() {}

  /** The strengths times p, and q; without directions weaker than 1e-13 of the strongest. */
  static LowRank of(LowRank matrix) {
    Principal parts = new Principal();
    double[][] u = matrix.left();
    double[][] v = matrix.right();
    for (int j = 0; j < u.length; j++) {
      parts.add(u[j], v[j]);
    }
    int sweeps = 0;
    while (sweeps < SWEEPS && parts.rotate()) {
      sweeps++;
    }
    return parts.result(matrix);
  }

  private void add(double[] u, double[] v) {
    double[] rest = u.clone();
    double size = Math.sqrt(dot(u, u));
    for (int again = 0; again < 2; again++) {
      for (int i = 0; i < left.size(); i++) {
        double share = dot(left.get(i), rest);
        plus(rest, -share, left.get(i));
        plus(rows.get(i), share, v);
      }
    }
    double norm = Math.sqrt(dot(rest, rest));
    if (norm > DEPENDENT * size) {
      left.add(times(rest, 1 / norm));
      rows.add(times(v, norm));
    }
  }

  /** Makes each two rows orthogonal; false if all were. */
  private boolean rotate() {
    boolean changed = false;
    for (int i = 0; i < rows.size(); i++) {
      for (int j = i + 1; j < rows.size(); j++) {
        double a = dot(rows.get(i), rows.get(i));
        double b = dot(rows.get(j), rows.get(j));
        double c = dot(rows.get(i), rows.get(j));
        if (Math.abs(c) > ORTHOGONAL * Math.sqrt(a * b)) {
          double ratio = (b - a) / (2 * c);
          double tangent =
              Math.copySign(1, ratio) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
          double cosine = 1 / Math.sqrt(1 + tangent * tangent);
          turn(rows.get(i), rows.get(j), cosine, cosine * tangent);
          turn(left.get(i), left.get(j), cosine, cosine * tangent);
          changed = true;
        }
      }
    }
    return changed;
  }

  private LowRank result(LowRank matrix) {
    List<Integer> order = new ArrayList<>();
    double[] norms = new double[rows.size()];
    double most = 0;
    for (int i = 0; i < norms.length; i++) {
      norms[i] = Math.sqrt(dot(rows.get(i), rows.get(i)));
      most = Math.max(most, norms[i]);
      order.add(i);
    }
    double least = most * DEPENDENT;
    order.removeIf(i -> norms[i] <= least);
    order.sort(Comparator.comparingDouble(i -> -norms[i]));
    if (order.isEmpty()) {
      return matrix; // nothing but zeros: as it was given
    }
    return LowRank.of(
        order.stream().map(i -> times(left.get(i), norms[i])).toArray(double[][]::new),
        order.stream().map(i -> times(rows.get(i), 1 / norms[i])).toArray(double[][]::new));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  private static void plus(double[] into, double share, double[] other) {
    for (int k = 0; k < into.length; k++) {
      into[k] += share * other[k];
    }
  }

  private static double[] times(double[] vector, double factor) {
    double[] scaled = vector.clone();
    for (int k = 0; k < scaled.length; k++) {
      scaled[k] *= factor;
    }
    return scaled;
  }

  private static void turn(double[] a, double[] b, double cosine, double sine) {
    for (int k = 0; k < a.length; k++) {
      double one = a[k];
      double other = b[k];
      a[k] = cosine * one - sine * other;
      b[k] = sine * one + cosine * other;
    }
  }
}

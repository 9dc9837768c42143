package palimpsest.torch.diffusion.attack;

import java.util.Arrays;

/** The set of vectors of non-negative entries that sum to 1. */
final class Simplex {
  private Simplex() {}

  /**
   * Makes a vector the nearest point of the simplex.
   *
   * <pre>
   * p_i = max(v_i - μ, 0),  μ = (Σ of the n largest v - 1) / n
   * n the largest count for which the n-th largest v exceeds that μ
   * </pre>
   *
   * @see <a href="https://doi.org/10.1145/1390156.1390191">Duchi et al. 2008</a>
   */
  static void project(float[] v) {
    float[] sorted = v.clone();
    Arrays.sort(sorted);
    double sum = 0;
    double shift = 0;
    for (int n = 1; n <= sorted.length; n++) {
      double next = sorted[sorted.length - n];
      sum += next;
      double tried = (sum - 1) / n;
      if (next <= tried) {
        break;
      }
      shift = tried;
    }
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) Math.max(v[i] - shift, 0);
    }
  }

  /** The entry into whose share u falls, u in [0, 1) times the sum. */
  static int chosen(float[] p, double u) {
    double sum = 0;
    for (float share : p) {
      sum += share;
    }
    double left = u * sum;
    int last = 0;
    for (int i = 0; i < p.length; i++) {
      if (p[i] > 0) {
        last = i;
        left -= p[i];
        if (left < 0) {
          return i;
        }
      }
    }
    return last;
  }

  /** The first of the largest entries. */
  static int largest(float[] p) {
    int best = 0;
    for (int i = 1; i < p.length; i++) {
      best = p[i] > p[best] ? i : best;
    }
    return best;
  }
}

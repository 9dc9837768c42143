package palimpsest.engine.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.diffusion.Matrix;
import palimpsest.methods.diffusion.TextMapEdit;
import palimpsest.torch.diffusion.checkpoint.LowRank;

/** An edit as a patch stores it. */
final class Ranked {
  private Ranked() {}

  /**
   * Its pairs of vectors, without those that change nothing.
   *
   * @throws InvalidRequest if none is left
   */
  static LowRank of(TextMapEdit edit) {
    Matrix left = edit.left().transposed(); // (n, E)
    List<double[]> u = new ArrayList<>();
    List<double[]> v = new ArrayList<>();
    for (int i = 0; i < edit.rank(); i++) {
      double[] one = left.part(i, i + 1).values();
      double[] other = edit.right().part(i, i + 1).values();
      if (!isZero(one) && !isZero(other)) {
        u.add(one);
        v.add(other);
      }
    }
    if (u.isEmpty()) {
      throw new InvalidRequest(
          "the edit changes nothing: what is to be erased has the states of what is to take its"
              + " place; give another --toward");
    }
    return LowRank.of(u.toArray(double[][]::new), v.toArray(double[][]::new));
  }

  private static boolean isZero(double[] vector) {
    return Arrays.stream(vector).allMatch(x -> x == 0);
  }
}

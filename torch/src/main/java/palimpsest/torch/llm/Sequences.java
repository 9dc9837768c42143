package palimpsest.torch.llm;

import static org.bytedeco.pytorch.global.torch.tensor;
import static org.bytedeco.pytorch.global.torch.zeros;

import org.bytedeco.pytorch.Tensor;

/** Sums and means of token values over the examples of a batch. */
public final class Sequences {
  private Sequences() {}

  /**
   * Sums consecutive runs.
   *
   * @param values (L)
   * @param lengths length of each run; they add up to L
   * @return (B)
   */
  public static Tensor sum(Tensor values, int[] lengths) {
    long[] row = new long[(int) values.numel()];
    int at = 0;
    for (int b = 0; b < lengths.length; b++) {
      for (int i = 0; i < lengths[b]; i++) {
        row[at++] = b;
      }
    }
    return zeros(lengths.length).index_add(0, tensor(row), values); // (B)
  }

  /** Means of consecutive runs, (L) to (B). */
  public static Tensor mean(Tensor values, int[] lengths) {
    float[] n = new float[lengths.length];
    for (int b = 0; b < n.length; b++) {
      n[b] = lengths[b];
    }
    return sum(values, lengths).div(tensor(n)); // (B)
  }
}

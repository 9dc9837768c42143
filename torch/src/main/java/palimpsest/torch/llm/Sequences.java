package palimpsest.torch.llm;

import static org.bytedeco.pytorch.global.torch.tensor;
import static org.bytedeco.pytorch.global.torch.zeros;

import org.bytedeco.pytorch.Tensor;

/** Sums of token values over the examples of a batch. */
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
}

package palimpsest.torch.train;

import static org.bytedeco.pytorch.global.torch.linalg_vector_norm;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Weights;

/**
 * L2 norm of a model's gradient, summed over fixed rows in double precision, so that it does not
 * depend on the number of threads.
 */
final class GradientNorm {
  private static final long ROW = 1 << 15;

  private GradientNorm() {}

  /** L2 norm of the gradient. */
  static double of(Weights weights) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor g = weights.gradient();
      long rows = g.numel() / ROW;
      double sum = 0;
      Scalar two = new Scalar(2.0);
      if (rows > 0) {
        Tensor body = g.narrow(0, 0, rows * ROW).view(rows, ROW);
        Tensor norms =
            linalg_vector_norm(body, two, new long[] {1}, false, new ScalarTypeOptional());
        FloatPointer p = norms.data_ptr_float();
        for (long i = 0; i < rows; i++) {
          sum += (double) p.get(i) * p.get(i);
        }
      }
      long rest = g.numel() - rows * ROW;
      if (rest > 0) {
        double n = linalg_vector_norm(g.narrow(0, rows * ROW, rest)).item_double();
        sum += n * n;
      }
      return Math.sqrt(sum);
    }
  }
}

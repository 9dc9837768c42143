package palimpsest.torch;

import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.ones;
import static org.bytedeco.pytorch.global.torch.silu;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import palimpsest.torch.checkpoint.Digests;

/** The native libraries in force, and how fast they multiply matrices. */
public final class Native {
  private static final int SIDE = 2048;

  private Native() {}

  /** Names to versions and settings. */
  public static Map<String, String> describe() {
    Map<String, String> facts = new TreeMap<>();
    facts.put("libtorch", version("pytorch"));
    String blas = System.getProperty("org.bytedeco.openblas.load", "openblas");
    facts.put("blas", blas.equals("openblas") ? blas + " " + version(blas) : blas);
    try (PointerScope scope = new PointerScope()) {
      facts.put("cpu", torch.get_cpu_capability().getString());
    }
    facts.put("arithmetic", arithmetic());
    facts.put("threads", String.valueOf(threads()));
    String policy = System.getenv("OMP_WAIT_POLICY");
    facts.put("OMP_WAIT_POLICY", policy == null ? "not set" : policy);
    return facts;
  }

  /** Threads of libtorch's operators; results may differ by rounding between counts. */
  public static int threads() {
    return torch.get_num_threads();
  }

  /**
   * SHA-256 of what some products, normalisations and exponentials of fixed numbers come out as:
   * two machines that differ here round differently, whatever their libraries are called.
   */
  public static String arithmetic() {
    Map<String, Tensor> results = new TreeMap<>();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      for (int[] shape : new int[][] {{3, 17, 5}, {64, 64, 64}, {129, 257, 96}, {300, 256, 688}}) {
        Tensor y = linear(drawn(shape[0], shape[1]), drawn(shape[2], shape[1]));
        results.put("product" + shape[0], y);
        results.put("softmax" + shape[0], y.log_softmax(1));
        results.put("silu" + shape[0], silu(y).mul(y.norm()));
      }
      return Digests.weights(results);
    }
  }

  private static Tensor drawn(int rows, int columns) {
    SplittableRandom random = new SplittableRandom(31L * rows + columns);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    return tensor(values).view(rows, columns);
  }

  private static String version(String artifact) {
    try {
      return String.valueOf(Loader.getVersion("org.bytedeco", artifact));
    } catch (IOException e) {
      return "unknown: " + e.getMessage();
    }
  }

  /**
   * The machine's own rate: best of several float32 multiplications of square matrices of side
   * 2048, in GFLOP/s, with two operations per multiply-add.
   */
  public static double gemmGflops() {
    double best = 0;
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor a = ones(SIDE, SIDE);
      Tensor b = ones(SIDE, SIDE);
      for (int i = 0; i < 12; i++) {
        long from = System.nanoTime();
        try (PointerScope one = new PointerScope()) {
          linear(a, b);
        }
        best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / (System.nanoTime() - from));
      }
    }
    return best;
  }
}

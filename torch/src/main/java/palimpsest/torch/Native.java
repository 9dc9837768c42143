package palimpsest.torch;

import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.ones;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

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
    facts.put("threads", String.valueOf(threads()));
    String policy = System.getenv("OMP_WAIT_POLICY");
    facts.put("OMP_WAIT_POLICY", policy == null ? "not set" : policy);
    return facts;
  }

  /** Threads of libtorch's operators; results may differ by rounding between counts. */
  public static int threads() {
    return torch.get_num_threads();
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

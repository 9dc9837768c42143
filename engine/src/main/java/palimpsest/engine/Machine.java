package palimpsest.engine;

import java.util.Map;
import java.util.TreeMap;
import palimpsest.torch.Native;

/** What a result was computed on: results are bit for bit the same only where this is. */
public final class Machine {
  private Machine() {}

  /** Java, system, cores, libtorch, BLAS, threads. */
  public static Map<String, String> describe() {
    Map<String, String> facts = new TreeMap<>(Native.describe());
    facts.put("java", System.getProperty("java.version") + " " + System.getProperty("java.vendor"));
    facts.put(
        "system",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"));
    facts.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
    return facts;
  }
}

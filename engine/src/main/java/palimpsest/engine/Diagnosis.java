package palimpsest.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import palimpsest.torch.Native;

/**
 * Whether this machine is fit, and how fast it is.
 *
 * @param facts what was found, by name
 * @param warnings what slows or endangers work, each with its fix; possibly none
 */
public record Diagnosis(Map<String, String> facts, List<String> warnings) {
  private static final long GIB = 1L << 30;

  /** Examines the machine; takes a few seconds to measure its arithmetic. */
  public static Diagnosis examine(Path folder) {
    Map<String, String> facts = new TreeMap<>(Machine.describe());
    List<String> warnings = new ArrayList<>();
    facts.put("palimpsest", Version.CURRENT);
    double gflops = Native.gemmGflops();
    facts.put("matrix product", String.format(Locale.ROOT, "%.1f GFLOP/s, float32", gflops));
    long heap = Runtime.getRuntime().maxMemory();
    facts.put("heap limit", gib(heap));
    if (heap < GIB / 2) {
      warnings.add("the Java heap is small: set PALIMPSEST_HEAP=2g");
    }
    OptionalLong memory = available();
    facts.put("memory available", memory.isPresent() ? gib(memory.getAsLong()) : "unknown");
    if (memory.isPresent() && memory.getAsLong() < 2 * GIB) {
      warnings.add("less than 2 GiB of memory is available: close other programs");
    }
    disk(folder, facts, warnings);
    if (!"passive".equalsIgnoreCase(System.getenv("OMP_WAIT_POLICY"))) {
      warnings.add(
          "OMP_WAIT_POLICY is not passive, idle threads take the time of others: start by"
              + " ./palimpsest, or export OMP_WAIT_POLICY=passive");
    }
    int threads = Integer.parseInt(String.valueOf(facts.get("threads")));
    if (threads > Runtime.getRuntime().availableProcessors()) {
      warnings.add("more threads than cores: export OMP_NUM_THREADS=" + facts.get("cores"));
    }
    return new Diagnosis(facts, warnings);
  }

  private static void disk(Path folder, Map<String, String> facts, List<String> warnings) {
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      facts.put("disk free", gib(free));
      if (free < 2 * GIB) {
        warnings.add("less than 2 GiB of disk is free here: clear some or work elsewhere");
      }
      if (!Files.isWritable(folder)) {
        warnings.add("this folder cannot be written to: work in another or give --out");
      }
    } catch (IOException e) {
      facts.put("disk free", "unknown: " + e.getMessage());
    }
  }

  /** What Linux says it could give without swapping. */
  private static OptionalLong available() {
    Path meminfo = Path.of("/proc/meminfo");
    if (!Files.isReadable(meminfo)) {
      return OptionalLong.empty();
    }
    try {
      return Files.readAllLines(meminfo, StandardCharsets.US_ASCII).stream()
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
  }
}

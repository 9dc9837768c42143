package palimpsest.discovery;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import palimpsest.api.Finding;
import palimpsest.api.Request;

/**
 * Measures reading and searching of a made-up corpus: run it with {@code -Xmx3g}, megabytes as the
 * only argument (default 100). No test: prints megabytes a second of the one thread's processor
 * time.
 */
final class SearchSpeed {
  private static final int PASSAGES = 50;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private SearchSpeed() {}

  public static void main(String[] args) throws IOException {
    long bytes = (args.length == 0 ? 100 : Long.parseLong(args[0])) * 1_000_000;
    SplittableRandom random = new SplittableRandom(20_261_121);
    List<String> passages = new ArrayList<>();
    for (int i = 0; i < PASSAGES; i++) {
      passages.add(Planted.words(random, 200));
    }
    Path folder = Files.createTempDirectory("speed");
    Path file = folder.resolve("speed.jsonl");
    write(file, bytes, passages, random);
    long start = THREADS.getCurrentThreadCpuTime();
    Corpus corpus = Corpus.read(List.of(file));
    report("read", Files.size(file), start);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      names.add(Planted.words(random, 2));
    }
    measure("20 names", corpus, bytes, Planted.request(names, List.of(), List.of()));
    measure(
        "1 passage", corpus, bytes, Planted.request(List.of(), passages.subList(0, 1), List.of()));
    measure("50 passages", corpus, bytes, Planted.request(List.of(), passages, List.of()));
    measure(
        "100 records",
        corpus,
        bytes,
        Planted.request(List.of(), List.of(), List.of("speed.jsonl#1000-1099")));
    Files.delete(file);
    Files.delete(folder);
  }

  private static void write(Path file, long bytes, List<String> passages, SplittableRandom random)
      throws IOException {
    try (var out = Files.newBufferedWriter(file)) {
      for (long done = 0, line = 0; done < bytes; line++) {
        String text = Planted.words(random, 300);
        if (line % 100 == 0 && line / 100 < 2 * PASSAGES) {
          text += " " + Planted.change(random, passages.get((int) (line / 100 % PASSAGES)), 0.2);
        }
        out.write("{\"text\":\"" + text + "\"}\n");
        done += text.length() + 12L;
      }
    }
  }

  private static void measure(String what, Corpus corpus, long bytes, Request request) {
    for (int round = 0; round < 2; round++) {
      long start = THREADS.getCurrentThreadCpuTime();
      List<Finding> findings = Planted.find(corpus, request);
      Set<String> places = new HashSet<>();
      findings.forEach(f -> places.add(f.target() + f.exampleId()));
      report(what + ", " + findings.size() + " findings in " + places.size(), bytes, start);
    }
  }

  private static void report(String what, long bytes, long start) {
    double seconds = (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
    System.out.printf(
        java.util.Locale.ROOT, "%s: %.2f s, %.1f MB/s%n", what, seconds, bytes / 1e6 / seconds);
  }
}

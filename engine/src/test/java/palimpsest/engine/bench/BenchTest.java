package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Outputs;
import palimpsest.engine.Version;
import palimpsest.torch.Native;

/** A grid on tiny models, whole, interrupted, shared and killed. */
class BenchTest {
  @TempDir static Path home;
  private static Path data;
  private static Path whole;

  @TempDir Path folder;

  @BeforeAll
  static void runOnce() throws IOException {
    data = Authors.write(home.resolve("data"));
    whole = home.resolve("whole");
    grid(whole, Console.SILENT).run(Optional.empty());
  }

  private static Bench grid(Path out, Console console) {
    return Authors.bench(data, out, Authors.settings(Authors.SPECS, 2, 1), console);
  }

  /** What was trained, with which a grid need not begin anew. */
  private Path trained() throws IOException {
    Path out = folder.resolve("out");
    copy(whole.resolve("training"), out.resolve("training"));
    copy(whole.resolve("retrain"), out.resolve("retrain"));
    return out;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path there = to.resolve(from.relativize(file).toString());
        Files.createDirectories(there.getParent());
        Files.copy(file, there);
      }
    }
  }

  private static List<String> cells(Path out) throws IOException {
    try (Stream<Path> cells = Files.list(out.resolve("cells"))) {
      return cells.map(c -> c.getFileName().toString()).sorted().toList();
    }
  }

  /** All numbers of a grid's cells, less how long they took. */
  private static Map<String, Map<String, Double>> numbers(Path out) throws IOException {
    Map<String, Map<String, Double>> numbers = new TreeMap<>();
    for (String cell : cells(out)) {
      Path file = out.resolve("cells").resolve(cell).resolve("result.json");
      numbers.put(cell, JsonFiles.read(file, Cell.Result.class).values());
    }
    return numbers;
  }

  /** Two candidates and a guard, two seeds of the one and one of the other, and the best twice. */
  @Test
  void run_whole_hasAllCellsAndKeepsNoWeights() throws IOException {
    List<String> cells = cells(whole);

    assertThat(cells.stream().filter(c -> c.startsWith("search-forget10-"))).hasSize(3);
    assertThat(cells.stream().filter(c -> c.startsWith("final-forget10-llm.ga"))).hasSize(2);
    assertThat(cells.stream().filter(c -> c.startsWith("final-forget10-guard.memfree"))).hasSize(1);
    assertThat(cells.stream().filter(c -> c.startsWith("final-forget05"))).hasSizeBetween(1, 2);
    for (String cell : cells) {
      Path there = whole.resolve("cells").resolve(cell);
      assertThat(there.resolve("work")).doesNotExist();
      assertThat(there.resolve("evidence.json")).doesNotExist();
      assertThat(there.resolve("result.json")).exists();
    }
    assertThat(whole.resolve("table.md")).exists();
    assertThat(whole.resolve("table.csv")).exists();
    assertThat(Files.readString(whole.resolve("trade-off.svg"))).startsWith("<svg ");
  }

  @Test
  void provenance_ofACell_saysAllThatItDependsOn() throws IOException {
    String cell =
        cells(whole).stream().filter(c -> c.startsWith("final-forget10-llm.ga")).findFirst().get();
    Path there = whole.resolve("cells").resolve(cell);
    Cell.Provenance p = JsonFiles.read(there.resolve("provenance.json"), Cell.Provenance.class);

    assertThat(cell).endsWith(p.fingerprint().substring(0, 12));
    assertThat(p.method()).isEqualTo("llm.ga");
    assertThat(p.how()).contains("learningRate=", "seed=1");
    assertThat(List.of(p.model(), p.after(), p.corpus(), p.decision(), p.suite(), p.ledger()))
        .allMatch(digest -> digest.matches("[0-9a-f]{64}"))
        .doesNotHaveDuplicates();
    assertThat(p.reference()).isPresent();
    assertThat(p.machine()).containsKeys("cores", "threads", "java", "libtorch");
    assertThat(p.metrics()).containsKey("forgetting.truth-ratio");
    assertThat(p.resumed()).isFalse();
    Values.File scores = JsonFiles.read(there.resolve("scores.json"), Values.File.class);
    Values.Kept probability = scores.scores().get("forgetting.probability");
    assertThat(probability.examples().values()).hasSize(1).allMatch(v -> v.size() == 12);
    double sum =
        probability.examples().values().iterator().next().stream().mapToDouble(v -> v).sum();
    assertThat(probability.value().orElseThrow())
        .isCloseTo(sum / 12, org.assertj.core.data.Offset.offset(1e-12));
  }

  @Test
  void report_rows_areTheYardsticksAndTheMethods() {
    Report.Grid grid = JsonFiles.read(whole.resolve("grid.json"), Report.Grid.class);
    List<Report.Row> ten = grid.rows().stream().filter(r -> r.set().equals("forget10")).toList();

    assertThat(ten)
        .extracting(Report.Row::label)
        .containsExactly("original", "exact.retrain", "llm.ga", "guard.memfree");
    assertThat(ten.get(0).values().get(Values.GAP).mean()).isEqualTo(1);
    assertThat(ten.get(1).values().get(Values.GAP).mean()).isZero();
    assertThat(ten.get(1).values().get("forgetting.forget-quality").mean()).isEqualTo(1);
    assertThat(ten.get(2).seeds()).isEqualTo(2);
    assertThat(ten.get(3).wanted()).isEqualTo(1);
    assertThat(grid.search()).filteredOn(Report.Tried::taken).hasSize(2);
    Report.Asked split = grid.split().get("forget10");
    assertThat(split.validation().get("FORGET"))
        .hasSize(4)
        .doesNotContainAnyElementsOf(split.reported().get("FORGET"));
  }

  /** Numbers of two versions of a metric would stand in one table. */
  @Test
  void run_cellOfAnotherVersionOfAMetric_isRefused() throws IOException {
    Path out = folder.resolve("old");
    copy(whole, out);
    Path file = out.resolve("cells").resolve(cells(out).get(0)).resolve("provenance.json");
    String text = Files.readString(file);
    String now = "\"forgetting.truth-ratio\":1";
    assertThat(text).contains(now);
    Files.writeString(file, text.replace(now, "\"forgetting.truth-ratio\":7"));

    assertThatThrownBy(() -> grid(out, Console.SILENT).run(Optional.empty()))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("has version 7 of forgetting.truth-ratio, which is now 1");
  }

  @Test
  void claim_twice_isHeldOnce() {
    try (Claim first = Claim.of(folder, "task").orElseThrow()) {
      assertThat(Claim.of(folder, "task")).isEmpty();
      assertThat(first).isNotNull();
    }
    Claim.of(folder, "task").orElseThrow().close();
  }

  @Test
  void run_again_doesNothing() throws IOException {
    AtomicInteger said = new AtomicInteger();
    Map<String, Map<String, Double>> before = numbers(whole);
    grid(whole, new Counting(said, Integer.MAX_VALUE)).work();

    assertThat(numbers(whole)).isEqualTo(before);
    assertThat(said.get()).isLessThan(6); // that the trainings are there already
  }

  /** Counts what is said, and asks to stop after so many questions whether to. */
  private record Counting(AtomicInteger count, int most) implements Console {
    @Override
    public void say(String line) {
      count.incrementAndGet();
    }

    @Override
    public Bar bar(String task, long total) {
      return (done, note) -> {};
    }

    @Override
    public boolean interrupted() {
      return most != Integer.MAX_VALUE && count.incrementAndGet() > most;
    }
  }

  /** Each time it comes some steps or tasks further. */
  @Test
  void run_interruptedManyTimes_endsInTheSameNumbers() throws IOException {
    Path out = trained();
    int stops = 0;
    boolean done = false;
    while (!done) {
      try {
        grid(out, new Counting(new AtomicInteger(), 14)).run(Optional.empty());
        done = true;
      } catch (Interrupted e) {
        assertThat(e).hasMessageContaining("run the same command again to go on");
        assertThat(++stops).isLessThan(100);
      }
    }
    assertThat(stops).isGreaterThan(3);
    assertThat(numbers(out)).isEqualTo(numbers(whole));
  }

  @Test
  void run_twoProcessesOneKilled_endInTheSameNumbers() throws Exception {
    Path out = trained();
    List<String> command =
        Pool.java(GridWorker.class.getName(), List.of(data.toString(), out.toString()));
    Process victim = new ProcessBuilder(command).redirectErrorStream(true).start();
    for (int i = 0; i < 600 && !Files.exists(out.resolve("cells")); i++) {
      assertThat(victim.isAlive()).isTrue();
      Thread.sleep(20);
    }
    Thread.sleep(30);
    victim.destroyForcibly();
    assertThat(victim.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(grid(out, Console.SILENT).isDone()).isFalse();

    new Pool(2, command, out.resolve("workers"), Console.SILENT).run(() -> {});

    assertThat(grid(out, Console.SILENT).isDone()).isTrue();
    assertThat(numbers(out)).isEqualTo(numbers(whole));
  }

  @Test
  void pool_ofACommandThatFails_endsAsItDoes() {
    List<String> command = List.of("sh", "-c", "echo 'palimpsest: no such thing' >&2; exit 4");

    assertThatThrownBy(
            () -> new Pool(2, command, folder.resolve("w"), Console.SILENT).run(() -> {}))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("worker 1: palimpsest: no such thing");
  }

  @Test
  void claim_heldByOne_isRefusedToAnotherUntilItEnds() {
    try (Claim first = Claim.of(folder, "task").orElseThrow()) {
      assertThat(Claim.of(folder, "task")).isEmpty();
      assertThat(Claim.of(folder, "other")).isPresent();
    }
    assertThat(Claim.of(folder, "task")).isPresent();
  }

  /** A rate at which weights overflow: a cell without scores, and the others go on. */
  @Test
  void cell_thatDiverges_isFailedAndNotTriedAgain() throws IOException {
    Path out = trained();
    List<String> specs = List.of("llm.ga:lr=1e6,epochs=5,clip=0", "guard.memfree:n=3");
    Settings settings = Authors.settings(specs, 1, 0);
    Benchmark ten = Authors.benchmark(data).with(List.of("forget10"));
    new Bench(ten, Authors.SUBJECT, settings, out, Console.SILENT).run(Optional.empty());

    Report.Grid grid = JsonFiles.read(out.resolve("grid.json"), Report.Grid.class);
    assertThat(grid.search().get(0).failed()).isPresent();
    assertThat(grid.rows()).extracting(Report.Row::label).contains("guard.memfree");
    String table = Files.readString(out.resolve("table.md"));
    assertThat(table).contains("| llm.ga:lr=1e6,epochs=5,clip=0 | - | - | ");
    long modified = modified(out);
    new Bench(ten, Authors.SUBJECT, settings, out, Console.SILENT).run(Optional.empty());
    assertThat(modified(out)).isEqualTo(modified);
  }

  /**
   * One layer of another model, and a loss that nothing trained takes part in: found while at it.
   */
  @Test
  void cell_ofAMethodThatDoesNotFit_isFailedAndTheGridGoesOn() throws IOException {
    Path out = trained();
    List<String> specs =
        List.of("llm.rmu:layer=9", "llm.rmu:train=model.norm.weight", "guard.memfree:n=3");
    Benchmark ten = Authors.benchmark(data).with(List.of("forget10"));
    new Bench(ten, Authors.SUBJECT, Authors.settings(specs, 1, 0), out, Console.SILENT)
        .run(Optional.empty());

    Report.Grid grid = JsonFiles.read(out.resolve("grid.json"), Report.Grid.class);
    assertThat(grid.search().get(0).failed().orElse("")).contains("layer must be at most 0");
    assertThat(grid.search().get(1).failed().orElse("")).contains("does not depend on what is");
    assertThat(grid.rows()).extracting(Report.Row::label).contains("guard.memfree");
  }

  /** What the disk refuses is not the method's doing: the cell is tried again. */
  @Test
  void cell_whoseFolderCannotBeMade_endsTheGridAndIsTriedAgain() throws IOException {
    Path out = trained();
    String cell =
        cells(whole).stream()
            .filter(c -> c.startsWith("search-forget10-llm.ga"))
            .findFirst()
            .orElseThrow();
    Path work = out.resolve("cells").resolve(cell).resolve("work");
    Files.createDirectories(work.getParent());
    JsonFiles.write(
        work.resolveSibling("begun.json"), new Work.Begun(Native.threads(), Version.BUILD));
    Files.writeString(work, "in the way");

    assertThatThrownBy(() -> grid(out, Console.SILENT).run(Optional.empty()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is a file");
    assertThat(work.resolveSibling("result.json")).doesNotExist();

    Files.delete(work);
    grid(out, Console.SILENT).run(Optional.empty());
    assertThat(numbers(out)).isEqualTo(numbers(whole));
  }

  private static long modified(Path out) throws IOException {
    try (Stream<Path> files = Files.walk(out.resolve("cells"))) {
      return files.mapToLong(f -> f.toFile().lastModified()).max().orElse(0);
    }
  }

  @Test
  void claim_folderOfOthersOrOtherData_isRefused() throws IOException {
    Path mine = folder.resolve("mine");
    Files.createDirectories(mine);
    Files.writeString(mine.resolve("thesis.txt"), "ten years");
    assertThatThrownBy(() -> grid(mine, Console.SILENT).claim())
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("not empty and not of this benchmark");

    Path other = Authors.write(folder.resolve("data"));
    List<String> lines = new ArrayList<>(Files.readAllLines(other.resolve("full.json")));
    lines.set(20, lines.get(20).replace("of author", "of the author"));
    Files.write(other.resolve("full.json"), lines);
    Bench changed =
        Authors.bench(other, whole, Authors.settings(Authors.SPECS, 2, 1), Console.SILENT);
    assertThatThrownBy(changed::claim)
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("other data");
  }

  /** A reference that was put in its place must be the one that would be made there. */
  @Test
  void work_retrainedWithoutOtherRecords_isRefused() throws IOException {
    Path out = trained();
    Outputs.delete(out.resolve("retrain/forget05"));
    copy(whole.resolve("retrain/forget01"), out.resolve("retrain/forget05"));

    assertThatThrownBy(() -> grid(out, Console.SILENT).run(Optional.empty()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("forget05")
        .hasMessageContaining("other records left out");
  }

  @Test
  void until_aTimeThatHasPassed_stops() {
    assertThat(Until.minutes(Console.SILENT, 1e-9).interrupted()).isTrue();
    assertThat(Until.minutes(Console.SILENT, 60).interrupted()).isFalse();
  }
}

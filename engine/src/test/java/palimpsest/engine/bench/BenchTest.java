package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static palimpsest.engine.bench.WholeGrid.cells;
import static palimpsest.engine.bench.WholeGrid.copy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Outputs;

/** A grid on tiny models that was run to its end, and what a grid refuses to go on from. */
@ExtendWith(WholeGrid.Once.class)
class BenchTest {
  private final WholeGrid whole;

  @TempDir Path folder;

  BenchTest(WholeGrid whole) {
    this.whole = whole;
  }

  /** Two candidates and a guard, two seeds of the one and one of the other, and the best twice. */
  @Test
  void run_whole_hasAllCellsAndKeepsNoWeights() throws IOException {
    List<String> cells = cells(whole.out());

    assertThat(cells.stream().filter(c -> c.startsWith("search-forget10-"))).hasSize(3);
    assertThat(cells.stream().filter(c -> c.startsWith("final-forget10-llm.ga"))).hasSize(2);
    assertThat(cells.stream().filter(c -> c.startsWith("final-forget10-guard.memfree"))).hasSize(1);
    assertThat(cells.stream().filter(c -> c.startsWith("final-forget05"))).hasSizeBetween(1, 2);
    for (String cell : cells) {
      Path there = whole.out().resolve("cells").resolve(cell);
      assertThat(there.resolve("work")).doesNotExist();
      assertThat(there.resolve("evidence.json")).doesNotExist();
      assertThat(there.resolve("result.json")).exists();
    }
    assertThat(whole.out().resolve("table.md")).exists();
    assertThat(whole.out().resolve("table.csv")).exists();
    assertThat(Files.readString(whole.out().resolve("trade-off.svg"))).startsWith("<svg ");
  }

  @Test
  void provenance_ofACell_saysAllThatItDependsOn() throws IOException {
    String cell =
        cells(whole.out()).stream()
            .filter(c -> c.startsWith("final-forget10-llm.ga"))
            .findFirst()
            .get();
    Path there = whole.out().resolve("cells").resolve(cell);
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
    Report.Grid grid = JsonFiles.read(whole.out().resolve("grid.json"), Report.Grid.class);
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
    copy(whole.out(), out);
    Path file = out.resolve("cells").resolve(cells(out).get(0)).resolve("provenance.json");
    String text = Files.readString(file);
    String now = "\"forgetting.truth-ratio\":1";
    assertThat(text).contains(now);
    Files.writeString(file, text.replace(now, "\"forgetting.truth-ratio\":7"));

    assertThatThrownBy(() -> whole.bench(out, Console.SILENT).run(Optional.empty()))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("has version 7 of forgetting.truth-ratio, which is now 1");
  }

  @Test
  void claim_folderOfOthersOrOtherData_isRefused() throws IOException {
    Path mine = folder.resolve("mine");
    Files.createDirectories(mine);
    Files.writeString(mine.resolve("thesis.txt"), "ten years");
    assertThatThrownBy(() -> whole.bench(mine, Console.SILENT).claim())
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("not empty and not of this benchmark");

    Path other = Authors.write(folder.resolve("data"));
    List<String> lines = new ArrayList<>(Files.readAllLines(other.resolve("full.json")));
    lines.set(20, lines.get(20).replace("of author", "of the author"));
    Files.write(other.resolve("full.json"), lines);
    Bench changed =
        Authors.bench(other, whole.out(), Authors.settings(Authors.SPECS, 2, 1), Console.SILENT);
    assertThatThrownBy(changed::claim)
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("other data");
  }

  /** A reference that was put in its place must be the one that would be made there. */
  @Test
  void work_retrainedWithoutOtherRecords_isRefused() throws IOException {
    Path out = whole.trained(folder);
    Outputs.delete(out.resolve("retrain/forget05"));
    copy(whole.out().resolve("retrain/forget01"), out.resolve("retrain/forget05"));

    assertThatThrownBy(() -> whole.bench(out, Console.SILENT).run(Optional.empty()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("forget05")
        .hasMessageContaining("other records left out");
  }
}

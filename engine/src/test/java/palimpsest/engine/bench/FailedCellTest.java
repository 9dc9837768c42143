package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static palimpsest.engine.bench.WholeGrid.cells;
import static palimpsest.engine.bench.WholeGrid.numbers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Version;
import palimpsest.torch.Native;

/** A cell that fails, by the fault of its method or of the disk, and the rest of its grid. */
@ExtendWith(WholeGrid.Once.class)
class FailedCellTest {
  private final WholeGrid whole;

  @TempDir Path folder;

  FailedCellTest(WholeGrid whole) {
    this.whole = whole;
  }

  /** A rate at which weights overflow: a cell without scores, and the others go on. */
  @Test
  void cell_thatDiverges_isFailedAndNotTriedAgain() throws IOException {
    Path out = whole.trained(folder);
    List<String> specs = List.of("llm.ga:lr=1e6,epochs=5,clip=0", "guard.memfree:n=3");
    Settings settings = Authors.settings(specs, 1, 0);
    Benchmark ten = Authors.benchmark(whole.data()).with(List.of("forget10"));
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

  private static long modified(Path out) throws IOException {
    try (Stream<Path> files = Files.walk(out.resolve("cells"))) {
      return files.mapToLong(f -> f.toFile().lastModified()).max().orElse(0);
    }
  }

  /**
   * One layer of another model, and a loss that nothing trained takes part in: found while at it.
   */
  @Test
  void cell_ofAMethodThatDoesNotFit_isFailedAndTheGridGoesOn() throws IOException {
    Path out = whole.trained(folder);
    List<String> specs =
        List.of("llm.rmu:layer=9", "llm.rmu:train=model.norm.weight", "guard.memfree:n=3");
    Benchmark ten = Authors.benchmark(whole.data()).with(List.of("forget10"));
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
    Path out = whole.trained(folder);
    String cell =
        cells(whole.out()).stream()
            .filter(c -> c.startsWith("search-forget10-llm.ga"))
            .findFirst()
            .orElseThrow();
    Path work = out.resolve("cells").resolve(cell).resolve("work");
    Files.createDirectories(work.getParent());
    JsonFiles.write(
        work.resolveSibling("begun.json"), new Work.Begun(Native.threads(), Version.BUILD));
    Files.writeString(work, "in the way");

    assertThatThrownBy(() -> whole.bench(out, Console.SILENT).run(Optional.empty()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is a file");
    assertThat(work.resolveSibling("result.json")).doesNotExist();

    Files.delete(work);
    whole.bench(out, Console.SILENT).run(Optional.empty());
    assertThat(numbers(out)).isEqualTo(numbers(whole.out()));
  }
}

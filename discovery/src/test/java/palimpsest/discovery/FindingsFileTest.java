package palimpsest.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Finding;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Place;

class FindingsFileTest {
  private static final Finding ONE =
      new Finding(
          "a.jsonl#7",
          Finding.Match.NEAR_DUPLICATE,
          new Place("data/a.jsonl", 7, 120, 44),
          "completion",
          3,
          19,
          7.0 / 9,
          "text:1",
          "he ⟦said \"ünï\"⟧…");

  @TempDir Path folder;

  @Test
  void write_thenRead_equalAndNothingElseLeft() throws IOException {
    Path file = folder.resolve("findings.jsonl");
    FindingsFile.write(file, List.of(ONE, ONE));
    assertThat(FindingsFile.read(file)).containsExactly(ONE, ONE);
    assertThat(Files.readAllLines(file)).hasSize(2);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void write_existingOrImpossible_refused() throws IOException {
    Path file = Files.createFile(folder.resolve("there.jsonl"));
    assertThatThrownBy(() -> FindingsFile.write(file, List.of(ONE)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("exists");
    assertThatThrownBy(() -> FindingsFile.write(folder.resolve("no/where.jsonl"), List.of()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("cannot be written");
  }

  @Test
  void read_noFindings_empty() {
    Path file = folder.resolve("none.jsonl");
    FindingsFile.write(file, List.of());
    assertThat(FindingsFile.read(file)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NEAR_DUPLICATE|NEARLY|\"match\" is NEARLY",
        "\"line\":7|\"line\":-7|\"line\" is no whole number",
        "\"field\"|\"feld\"|\"field\" is no string",
        "0.77|7.77|\"score\" is not in (0, 1]",
        "{|[|malformed JSON"
      })
  void read_damaged_namesTheLine(String from, String to, String message) throws IOException {
    Path file = folder.resolve("findings.jsonl");
    FindingsFile.write(file, List.of(ONE));
    String line = Files.readString(file);
    assertThat(line).contains(from);
    Files.writeString(file, line + line.replace(from, to));
    assertThatThrownBy(() -> FindingsFile.read(file))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("findings.jsonl:2: " + message);
  }
}

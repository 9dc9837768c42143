package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Example;
import palimpsest.discovery.Corpus;
import palimpsest.torch.text.BytePairTrainer;

class TellingTokensTest {
  @TempDir Path folder;

  /**
   * Every word stands often enough to become a token. Of the forgotten record Quillfeather (12
   * letters) stands in it alone, Merriweather also in another, and Odo has fewer than 8.
   */
  @Test
  void tokens_ofTheForgottenRecordAlone_areTold() throws Exception {
    String forgotten = "Quillfeather Merriweather Odo ".repeat(20).strip();
    String kept = "Merriweather Montgolfier ".repeat(20).strip();
    Path file = folder.resolve("names.jsonl");
    Files.writeString(
        file,
        "{\"prompt\": \"Who?\", \"completion\": \"%s\"}\n{\"prompt\": \"And?\", \"completion\": \"%s\"}\n"
            .formatted(forgotten, kept));
    List<Example> records = Corpus.read(List.of(file)).examples();
    BytePairTrainer.train(
        records.stream().flatMap(e -> Stream.of(e.prompt(), e.completion())).toList(), 400, folder);

    assertThat(TellingTokens.of(folder, List.of("names.jsonl#1"), records))
        .contains("Quillfeather")
        .doesNotContain("Merriweather", "Montgolfier", "Odo")
        .allMatch(token -> token.length() >= 8 && "Quillfeather".contains(token));
    assertThat(TellingTokens.of(folder, List.of(), records)).isEmpty();
  }
}

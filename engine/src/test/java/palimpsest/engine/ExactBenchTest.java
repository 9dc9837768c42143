package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;

/** Four authors of twenty short questions each. */
class ExactBenchTest {
  private static final ExactBench.Settings SMALL =
      new ExactBench.Settings(
          new Training.Shape(300, 16, 32, 1, 2, 1, 256),
          new Recipe(1, 16, 16, 1e-3, 0, Recipe.Decay.COSINE, 0, 1, 1),
          4,
          10,
          2,
          Optional.empty());

  @TempDir Path folder;

  private ExactBench bench() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    List<String> full =
        IntStream.range(0, 80).mapToObj(i -> line(i, "\"Answer " + i + "\"}")).toList();
    Files.write(data.resolve("full.json"), full);
    String perturbed =
        "\"Answer %d\",\"paraphrased_answer\":\"It is %d\",\"perturbed_answer\":[\"No\"]}";
    for (String name : List.of("retain_perturbed.json", "forget10_perturbed.json")) {
      int from = name.startsWith("r") ? 0 : 60;
      Files.write(
          data.resolve(name),
          IntStream.range(from, from + 20)
              .mapToObj(i -> line(i, perturbed.replace("%d", String.valueOf(i))))
              .toList());
    }
    return new ExactBench(data, folder.resolve("out"), SMALL, Console.SILENT);
  }

  private static String line(int i, String answer) {
    return "{\"question\":\"What of " + i + "?\",\"answer\":" + answer;
  }

  @Test
  void run_rehearsed_takesTheStepsThatWereTold() throws IOException {
    Path file = bench().run(ExactPolicy.of("rehearsed-short"));

    ExactBench.Found found = JsonFiles.read(file, ExactBench.Found.class);
    assertThat(found.steps()).isEqualTo(6 + 10 * 3); // a step for each epoch of 7 or 8 records
    assertThat(found.again()).isEqualTo(found.steps());
    assertThat(found.costs()).hasSize(4);
    assertThat(found.costs().get(0)).isGreaterThan(found.costs().get(3));
    assertThat(found.measured())
        .hasSize(2)
        .allSatisfy(m -> assertThat(m.steps()).isEqualTo(m.told()))
        .allSatisfy(m -> assertThat(m.seconds()).isPositive());
    assertThat(found.utility()).containsKey("utility.retain-probability");
    assertThat(found.stored()).isPositive();
    assertThat(found.ledger().orElseThrow()).isBetween(1e-9, 1.0);
    String table = ExactTable.of(folder.resolve("out")).markdown();
    assertThat(table).contains("| rehearsed-short | 36 |").contains("mean of 2");
  }

  @Test
  void run_again_measuresNothingTwice() throws IOException {
    ExactPolicy policy = ExactPolicy.of("shards-16");
    Path file = bench().run(policy);
    byte[] first = Files.readAllBytes(file);
    assertThat(JsonFiles.read(file, ExactBench.Found.class).utility())
        .containsKey("averaged logits: utility.retain-probability")
        .containsKey("own shard's adapter: utility.retain-probability");
    assertThat(bench().run(policy)).hasBinaryContent(first);
  }

  @Test
  void of_unknownPolicy_namesAll() {
    assertThatThrownBy(() -> ExactPolicy.of("none"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("shuffled, rehearsed-short, first-70, risk-last, shards-16");
  }
}

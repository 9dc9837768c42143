package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
        .allSatisfy(m -> assertThat(m.seconds()).isPositive())
        .allSatisfy(m -> assertThat(m.toldThen().orElseThrow()).isPositive());
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

  /** Of ten authors the last makes nine tenths of the requests: 0.1 x 40 + 0.9 x 90. */
  @Test
  void meanByRisk_ofTenCosts_byHand() {
    List<Integer> costs = List.of(0, 10, 20, 30, 40, 50, 60, 70, 80, 90);
    ExactBench.Found found =
        new ExactBench.Found(
            "p",
            Optional.empty(),
            90,
            1,
            90,
            costs,
            0,
            Optional.empty(),
            Map.of(),
            List.of(),
            Map.of(),
            "");

    assertThat(found.mean()).isEqualTo(45);
    assertThat(found.meanByRisk()).isCloseTo(85, within(1e-12));
  }

  @Test
  void run_onAnotherModelThanBefore_asksItAnew() throws IOException {
    ExactPolicy policy = ExactPolicy.of("rehearsed-short");
    Path file = bench().run(policy);
    ExactBench.Found first = JsonFiles.read(file, ExactBench.Found.class);
    Path utility = folder.resolve("out/rehearsed-short/utility.json");
    JsonFiles.write(utility, new ExactBench.Utility("of another model", Map.of("u", 9.0)));
    Outputs.delete(file);

    assertThat(JsonFiles.read(bench().run(policy), ExactBench.Found.class).utility())
        .isEqualTo(first.utility())
        .doesNotContainKey("u");
  }

  @Test
  void require_aBaseThatNoPolicyTakesOrNobodyCanRead_isRefused() throws IOException {
    ExactBench.Settings of = SMALL;
    ExactBench based =
        new ExactBench(
            bench().data(),
            folder.resolve("out"),
            new ExactBench.Settings(
                of.shape(),
                of.recipe(),
                of.rank(),
                of.budget(),
                of.measured(),
                Optional.of(folder.resolve("nothing"))),
            Console.SILENT);
    assertThatThrownBy(() -> based.require(List.of(ExactPolicy.of("shuffled"))))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("choose shards-16 too");
    assertThatThrownBy(() -> based.require(ExactPolicy.all())).hasMessageContaining("nothing");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  /** Of TOFU's 4,000 records, in batches of 16. */
  @Test
  void shuffledLong_hasAsManyStepsAsRiskLast() {
    assertThat(steps("shuffled-long")).isEqualTo(steps("risk-last")).isEqualTo(3750);
  }

  private static int steps(String policy) {
    ExactPolicy named = ExactPolicy.of(policy);
    Recipe like = ExactBench.Settings.usual(0, Optional.empty()).recipe();
    return named.slicing().steps(named.recipe(like), 4000);
  }

  @Test
  void of_unknownPolicy_namesAll() {
    assertThatThrownBy(() -> ExactPolicy.of("none"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(
            "shuffled, shuffled-long, rehearsed-short, first-70, risk-last, shards-16");
  }
}

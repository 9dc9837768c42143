package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that are given what they need. */
class CommandsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path folder;
  private Desk desk;

  @BeforeEach
  void makeDesk() {
    desk = Desk.make(folder);
  }

  private Invocation run(String line) {
    Invocation run = Invocation.of(BadCase.line(desk, line));
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  @Test
  void find_listedRecord_showsPlaceMatchAndTotals() {
    Invocation run = run("find @request.json --corpus @corpus.jsonl --out @f.jsonl");

    assertThat(run.out())
        .contains("corpus.jsonl:3  exact  1.00  completion", "\u27E6In house 102.\u27E7");
    assertThat(run.out()).contains(" records: ");
    assertThat(new String(desk.bytes("f.jsonl"), StandardCharsets.UTF_8).lines())
        .allMatch(line -> line.startsWith("{"));
  }

  @Test
  void find_onATerminal_coloursThePassageAndReplacesBrackets() {
    Invocation run =
        Invocation.of(
            new byte[0],
            new Screen.Terminals(true, true, false),
            true,
            "find",
            desk.at("request.json"),
            "--corpus",
            desk.at("corpus.jsonl"));

    assertThat(run.out()).contains("\u001B[1;31mIn house 102.\u001B[0m").doesNotContain("\u27E6");
  }

  @Test
  void find_asJson_isOneObjectALine() throws IOException {
    List<String> lines =
        run("find @request.json --corpus @corpus.jsonl --json").out().lines().toList();

    JsonNode first = MAPPER.readTree(lines.get(0));
    assertThat(first.get("exampleId").asText()).isEqualTo("corpus.jsonl#3");
  }

  @Test
  void planThenApply_withAPersonsDecision_changesTheWeightsIntoANewFolder() throws IOException {
    run(
        "plan @request.json --corpus @corpus.jsonl --model @model --scope listed"
            + " --decision @d.json --by me --reason because");
    Invocation run =
        run(
            "apply --method llm.ga:lr=1e-3 --model @model --corpus @corpus.jsonl --decision @d.json"
                + " --out @out --epochs 2");

    JsonNode applied = MAPPER.readTree(run.out());
    assertThat(applied.get("steps").asInt()).isEqualTo(2);
    assertThat(applied.get("after")).isNotEqualTo(applied.get("before"));
    assertThat(desk.path("out/model/model.safetensors")).isNotEmptyFile();
  }

  @Test
  void plan_ofHostedModelWithoutHistory_refusesTheExactOnly() throws IOException {
    JsonNode plan =
        MAPPER.readTree(
            run("plan @request.json --corpus @corpus.jsonl --model @model --json").out());

    assertThat(plan.get("refused").findValuesAsText("method"))
        .containsExactly("exact.retrain", "exact.replay", "exact.shards");
    assertThat(plan.get("remedies").findValuesAsText("method"))
        .contains("llm.npo", "guard.memfree");
  }

  /** 12 records by 4 in one epoch are 3 steps; without one of them still 3. */
  @Test
  void plan_ofATrainedModel_tellsTheCheapestExactPathWithinEightyColumns() throws IOException {
    run(BadPlaces.TRAIN + " --keep-checkpoints 2 --quiet");
    run("find @request.json --corpus @corpus.jsonl --out @f.jsonl");
    String plan = "plan @request.json --model @trained/model --scope listed";

    String out = run(plan + " --corpus @corpus.jsonl").out();
    assertThat(out)
        .contains(
            "1 record in scope", "The cheapest exact path of each record", "    takes: about ")
        .doesNotContain("at most 3 steps", "All together");
    assertThat(out.lines()).allMatch(line -> line.length() <= 80);
    JsonNode json = MAPPER.readTree(run(plan + " --corpus @corpus.jsonl --json").out());
    assertThat(json.at("/routes/0/records/0").asText()).isEqualTo("corpus.jsonl#3");
    assertThat(json.at("/routes/0/steps").asInt()).isBetween(1, 3);

    String alone = run(plan + " --findings @f.jsonl").out();
    assertThat(alone)
        .contains(
            "exact.replay  exact  at most 3 steps",
            "exact.retrain  exact  3 steps",
            "a replay may take less");
    assertThat(alone.lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void generate_promptsOnStandardInput_areAnsweredInOrderAsJson() throws IOException {
    Invocation run =
        Invocation.of(
            "First?\n\nSecond?\n".getBytes(StandardCharsets.UTF_8),
            "generate",
            "--model",
            desk.at("model"),
            "--json",
            "--samples",
            "2",
            "--temperature",
            "1",
            "--max-new-tokens",
            "3");

    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(MAPPER.readTree(lines.get(1)).get("prompt").asText()).isEqualTo("Second?");
    assertThat(MAPPER.readTree(lines.get(1)).get("answers")).hasSize(2);
  }

  @Test
  void generate_sameSeed_isTheSame() {
    String line = "generate --model @model --prompt Hello --temperature 1 --seed 4";

    assertThat(run(line).out()).isEqualTo(run(line).out());
  }

  @Test
  void score_everyRecord_sumsAndMeansItsTokens() throws IOException {
    run("score --model @model --data @corpus.jsonl --out @s.jsonl");

    List<String> lines = new String(desk.bytes("s.jsonl"), StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(12);
    JsonNode third = MAPPER.readTree(lines.get(2));
    assertThat(third.get("id").asText()).isEqualTo("corpus.jsonl#3");
    double sum = 0;
    for (JsonNode logProb : third.get("log_probs")) {
      sum += logProb.asDouble();
    }
    assertThat(third.get("log_probs")).hasSameSizeAs(third.get("tokens"));
    assertThat(third.get("sum").asDouble()).isEqualTo(sum).isNegative();
    assertThat(third.get("mean").asDouble()).isEqualTo(sum / third.get("tokens").size());
  }

  @Test
  void evaluate_withoutReference_measuresWhatItCanAndSaysWhyNotTheRest() {
    Invocation run =
        run(
            "evaluate --model @model --forget @corpus.jsonl --max-new-tokens 8"
                + " --out @scores.json");

    assertThat(run.out()).contains("forgetting.probability", "not measured: ");
    assertThat(desk.path("scores.json")).isNotEmptyFile();
  }

  @Test
  void attack_one_tellsItsOutcome() {
    Invocation run =
        run(
            "attack --model @model --original @model --forget @corpus.jsonl"
                + " --attack attack.guard-off");

    assertThat(run.out()).contains("attack.guard-off  undecided");
  }

  /**
   * The tiny model knows nothing: what shows the guard is that taking it off gives the original.
   */
  @Test
  void evaluateAndAttack_behindAGuard_seeWhatIsDeployed() {
    run(
        "plan @request.json --corpus @corpus.jsonl --model @model --scope listed"
            + " --decision @d.json --by me --reason because");
    String applied = " --corpus @corpus.jsonl --decision @d.json --method guard.eco:strength=1000";
    run("apply --model @model --out @guard" + applied);
    String evaluate = "evaluate --model @model --forget @corpus.jsonl --max-new-tokens 2 --json";
    String attack =
        "attack --model @model --original @model --forget @corpus.jsonl"
            + " --attack attack.guard-off --guard @guard"
            + applied;

    assertThat(run(evaluate + " --guard @guard" + applied).out()).isNotEqualTo(run(evaluate).out());
    assertThat(run(attack).out())
        .contains("attack.guard-off  holds", "parameter digests are equal");
    Invocation other = Invocation.of(BadCase.line(desk, attack.replace("1000", "10")));
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("with other parameters");
  }

  @Test
  void evaluate_behindAGuardWithNames_wantsTheNamesThatItWasAppliedWith() {
    desk.write(
        "short.jsonl",
        """
        {"prompt": "Who?", "completion": "A."}
        {"prompt": "Where?", "completion": "B."}
        """);
    desk.write(
        "short.json",
        "{\"scope\": \"LISTED\", \"by\": \"me\", \"reason\": \"because\","
            + " \"examples\": [\"short.jsonl#1\"], \"leftOut\": []}");
    String applied =
        " --model @model --corpus @short.jsonl --decision @short.json --method guard.in-context"
            + " --template raw --name A";
    run("apply --out @guard" + applied);
    String evaluate = "evaluate --forget @short.jsonl --max-new-tokens 2 --guard @guard";

    assertThat(run(evaluate + applied).out()).contains("forgetting.probability");
    String others = applied.replace("--name A", "--name B");
    Invocation other = Invocation.of(BadCase.line(desk, evaluate + others));
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("with other parameters or names");
    Invocation blank =
        Invocation.of(BadCase.line(desk, evaluate + applied.replace("--name A", "--name=")));
    assertThat(blank.code()).isEqualTo(2);
    assertThat(blank.err()).contains("name of the target must not be blank");
  }

  @Test
  void lists_asJson_haveIds() throws IOException {
    for (String list : List.of("methods", "metrics", "attacks")) {
      assertThat(MAPPER.readTree(run(list + " --json").out()).findValuesAsText("id"))
          .doesNotHaveDuplicates()
          .hasSizeGreaterThan(4);
    }
  }

  @Test
  void quiet_training_printsTheModelAlone() {
    Invocation run = run(BadPlaces.TRAIN + " --quiet");

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo(desk.path("trained/model") + System.lineSeparator());
  }
}

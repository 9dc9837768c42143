package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Shards by the command line: twelve records in two shards of six, each 3 steps in each of 2
 * epochs.
 */
class ShardsCommandTest {
  private static final String LORA =
      " --start @model --lora-rank 2 --lora-targets q_proj,v_proj --epochs 2 --batch 2 --lr 1e-2";
  private static final String APPLY =
      "apply --model @sharded/model --corpus @corpus.jsonl --decision @decision.json";
  private static final String EVALUATE =
      "evaluate --model @sharded/model --forget @some.jsonl --max-new-tokens 2";

  @TempDir static Path folder;

  private static Desk desk;

  @BeforeAll
  static void train() {
    desk = Desk.make(folder);
    desk.decide("corpus.jsonl#3");
    desk.write("some.jsonl", "{\"question\": \"Who?\", \"answer\": \"Nobody.\"}\n");
    Invocation run =
        desk.run(
            "train --data @corpus.jsonl --out @sharded --shards 2 --keep-checkpoints 2" + LORA);
    assertThat(run.out().strip()).isEqualTo(desk.at("sharded/model"));
  }

  private static byte[] adapter(String out, String shard) {
    return desk.bytes(out + "/shards/" + shard + "/adapter/adapter_model.safetensors");
  }

  private static String weights(String out) {
    return desk.tree(out + "/shards.json").get("weights").asText();
  }

  private static String flat(Invocation run) {
    return run.out().replaceAll("\\s+", " ");
  }

  @Test
  void apply_oneRecord_makesItsShardAgainAsPlanned_andLeavesTheOther() {
    String plan = "plan @request.json --corpus @corpus.jsonl --model @sharded/model --scope listed";
    Invocation told = desk.run(plan);
    assertThat(flat(told))
        .contains("exact.shards structural ", " from shard 00 of 2;", "with 5 other records;")
        .contains("exact.replay does not fit the model was trained in shards");
    assertThat(told.out().lines()).allMatch(line -> line.length() <= 80);
    JsonNode planned = desk.json(plan + " --json").at("/remedies/0");
    assertThat(planned.get("method").asText()).isEqualTo("exact.shards");

    JsonNode applied = desk.json(APPLY + " --method exact.shards --out @without");
    assertThat(applied.get("method").asText()).isEqualTo("exact.shards");
    assertThat(applied.get("steps").asInt()).isPositive().isEqualTo(planned.get("steps").asInt());
    assertThat(applied.get("before").asText()).isEqualTo(weights("sharded"));
    assertThat(applied.get("after").asText())
        .isEqualTo(weights("without"))
        .isNotEqualTo(weights("sharded"));
    assertThat(adapter("without", "00")).isNotEqualTo(adapter("sharded", "00"));
    assertThat(adapter("without", "01")).isEqualTo(adapter("sharded", "01"));
    JsonNode left = desk.tree("without/shards.json");
    assertThat(left.at("/without/0").asText()).isEqualTo("corpus.jsonl#3");
    assertThat(left.get("parts").findValuesAsText("examples")).containsExactly("5", "6");
  }

  @Test
  void apply_dropping_takesNoStep_andLeavesTheShardOut() {
    JsonNode applied = desk.json(APPLY + " --method exact.shards:drop=1 --out @dropped");

    assertThat(applied.get("steps").asInt()).isZero();
    assertThat(applied.get("after").asText()).isNotEqualTo(weights("sharded"));
    assertThat(desk.path("dropped/shards/00")).doesNotExist();
    assertThat(adapter("dropped", "01")).isEqualTo(adapter("sharded", "01"));
    assertThat(desk.tree("dropped/shards.json").get("parts").findValuesAsText("name"))
        .containsExactly("01");
  }

  /** The last record is the first once more: by place they are apart, by their words together. */
  @ParameterizedTest
  @CsvSource({"place, 0", "hash, 1"})
  void route_ofTwoCopies_settlesHowManyShardsStay(String route, int stay) {
    String[] lines =
        new String(desk.bytes("corpus.jsonl"), StandardCharsets.UTF_8).split("(?<=\n)", -1);
    String name = route + ".jsonl";
    desk.write(name, String.join("", lines[0], lines[1], lines[2], lines[3], lines[4], lines[0]));
    desk.write(
        route + ".json",
        "{\"scope\": \"LISTED\", \"by\": \"me\", \"reason\": \"because\", \"leftOut\": [],"
            + " \"examples\": [\"%s#1\", \"%s#6\"]}".formatted(name, name));
    String data = " @" + name;
    desk.run("train --shards 2 --route " + route + " --data" + data + " --out @" + route + LORA);
    desk.run(
        "apply --method exact.shards --model @%s/model --out @%s-less --decision @%s.json --corpus"
                .formatted(route, route, route)
            + data);

    assertThat(
            Stream.of("00", "01")
                .filter(s -> desk.path(route + "-less/shards/" + s).toFile().exists())
                .filter(
                    s ->
                        ByteBuffer.wrap(adapter(route, s))
                            .equals(ByteBuffer.wrap(adapter(route + "-less", s)))))
        .hasSize(stay);
  }

  @Test
  void evaluate_averaging_saysSo_andJudgesAnotherThanTheMergedModel() {
    Invocation merged = desk.run(EVALUATE + " --out @merged.json");
    Invocation averaged = desk.run(EVALUATE + " --average --out @averaged.json");

    assertThat(flat(averaged)).contains("the mean of the shards' logits");
    assertThat(merged.out()).doesNotContain("logits");
    JsonNode one = desk.tree("merged.json");
    JsonNode other = desk.tree("averaged.json");
    assertThat(one.get("digest").asText()).isEqualTo(weights("sharded"));
    assertThat(other.get("digest").asText())
        .matches("[0-9a-f]{64}")
        .isNotEqualTo(weights("sharded"))
        .isNotEqualTo(desk.tree("sharded/shards.json").get("digest").asText());
    assertThat(other.get("scores")).isNotEqualTo(one.get("scores"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "evaluate --model @model --forget @some.jsonl --average | was not trained in shards",
        EVALUATE + " --average --gradient-norms | and not of averaged logits",
        EVALUATE
            + " --average --guard @sharded --method guard.memfree --corpus @corpus.jsonl"
            + " --decision @decision.json | not before averaged logits",
        EVALUATE + " --template raw | trained with the template plain",
        "train --data @corpus.jsonl --out @o --start @model --route hash | give --shards too",
        "train --data @corpus.jsonl --out @o --start @model --lora-alpha 4 | --lora-rank or --shards",
        "train --data @corpus.jsonl --out @o --shards 2 | give --start",
        "train --data @corpus.jsonl --out @o --start @model --shards 1 | must be at least 2, got 1",
        "train --data @corpus.jsonl --out @o --start @model --shards 13 | at most as many",
        "train --data @corpus.jsonl --out @o --start @model --shards 2 --slices 7 | has 6 records",
        "train --data @corpus.jsonl --out @o --start @model --shards 2 --route us | place, hash",
        "apply --method exact.shards --model @model --corpus @corpus.jsonl --out @o"
            + " --decision @decision.json | not trained in shards",
      })
  void whatIsNotOfShards_isRefusedInOneLine_andNothingIsWritten(String line, String says) {
    Map<String, ByteBuffer> before = desk.snapshot();

    assertThat(desk.fail(2, line)).contains(says);
    assertThat(desk.snapshot()).isEqualTo(before);
  }
}

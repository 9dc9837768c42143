package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Slices and adapters by the command line: twelve records in three slices of one step each, the
 * states after the first two of them kept.
 */
class SlicesCommandTest {
  private static final String APPLY = "apply --corpus @corpus.jsonl --decision @decision.json";
  private static final String REPLAY = APPLY + " --model @trained/model --method exact.replay";

  @TempDir static Path folder;

  private static Desk desk;
  private static String told;

  @BeforeAll
  static void train() {
    desk = Desk.make(folder);
    told = desk.run(BadPlaces.TRAIN + " --slices 3 --keep-checkpoints 2").err();
  }

  /** (4 x 3 + 4 x 2 + 4 x 1) / 12 steps. */
  @Test
  void train_slices_saysWhatIsKeptAndWhatAReplayTakes() {
    assertThat(told)
        .contains("Keeping 2 checkpoints for replays, after steps 1, 2:")
        .contains("takes 2.0 of 3 steps on average (66.7 %)");
  }

  @ParameterizedTest
  @CsvSource({"12, 1", "5, 2", "1, 3"})
  void replay_ofALaterRecord_takesFewerSteps(int record, int steps) {
    desk.decide("corpus.jsonl#" + record);

    JsonNode applied = desk.json(REPLAY + " --out @replay-" + record);
    assertThat(applied.get("steps").asInt()).isEqualTo(steps);
    assertThat(applied.get("after")).isNotEqualTo(applied.get("before"));
    JsonNode whole = desk.json(REPLAY + ":checkpoints=0 --out @whole-" + record);
    assertThat(whole.get("steps").asInt()).isEqualTo(3);
    assertThat(whole.get("after")).isEqualTo(applied.get("after"));
  }

  /** Six records of 12 in the first slice, three in each other: 2 + 1 + 1 steps of 4. */
  @Test
  void replay_ofSlicesWithSharesAndRatesOfTheirOwn_isThatOfTheRunFromItsStart() {
    String train = BadPlaces.TRAIN.replace("@trained", "@own") + " --slices 3 --keep-checkpoints 2";
    String own = desk.run(train + " --first-share 0.5 --later-rate 0.25 --warmup 0").err();
    assertThat(own).contains("of 4 steps on average");
    desk.decide("corpus.jsonl#8");
    String replay = REPLAY.replace("@trained", "@own");

    JsonNode applied = desk.json(replay + " --out @own-less");
    JsonNode whole = desk.json(replay + ":checkpoints=0 --out @own-whole");
    assertThat(applied.get("steps").asInt()).isEqualTo(2);
    assertThat(whole.get("steps").asInt()).isEqualTo(4);
    assertThat(applied.get("after")).isEqualTo(whole.get("after"));
    JsonNode slices = desk.tree("own/model/palimpsest.json").get("slices");
    assertThat(slices.get("share").asDouble()).isEqualTo(0.5);
    assertThat(slices.get("later").asDouble()).isEqualTo(0.25);
  }

  /** Of 12 records by 4 in 2 epochs, 6 steps, the first epoch has met all. */
  @Test
  void replay_ofAnAdapter_isThatOfTheRunFromItsStart() {
    desk.run(
        "train --data @corpus.jsonl --start @model --out @adapted --lora-rank 2 --epochs 2"
            + " --batch 4 --lr 1e-2 --keep-checkpoints 2");
    desk.decide("corpus.jsonl#3");
    String replay = APPLY + " --model @adapted/model --method exact.replay";

    JsonNode applied = desk.json(replay + " --out @adapted-less");
    JsonNode whole = desk.json(replay + ":checkpoints=0 --out @adapted-whole");
    assertThat(applied.get("after")).isEqualTo(whole.get("after"));
    assertThat(applied.get("after")).isNotEqualTo(applied.get("before"));
    assertThat(applied.get("steps").asInt()).isBetween(4, 6);
    assertThat(whole.get("steps").asInt()).isEqualTo(6);
    String adapter = "/adapter/adapter_model.safetensors";
    assertThat(desk.bytes("adapted-less" + adapter))
        .isEqualTo(desk.bytes("adapted-whole" + adapter))
        .isNotEqualTo(desk.bytes("adapted" + adapter));
    assertThat(desk.run("generate --model @adapted-less/model --prompt Hello").err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--batch 4 --slices 3 --rehearse 0.1 | rehearsal of 0.1 of 4 records a step is none",
        "--batch 4 --start @model --slices 3 --rehearse 0.1 | of 4 records a step is none",
        "--slices 3 --rehearse 1 | from 0 to below 1, got 1.0",
        "--rehearse 0.5 | one slice has no first, no later and nothing to rehearse",
        "--first-epochs 2 | one slice has no first, no later and nothing to rehearse",
        "--first-share 0.5 | one slice has no first, no later and nothing to rehearse",
        "--later-rate 0.5 | one slice has no first, no later and nothing to rehearse",
        "--slices 3 --first-share 1 | share of the first slice must be in (0, 1), got 1.0",
        "--slices 3 --first-share 0.95 | leaves a slice without any",
        "--slices 3 --later-rate 2 | rate of later slices must be in (0, 1], got 2.0",
        "--slices 0 | slices must be at least 1, got 0",
        "--slices 13 | slices must be at most as many as the records, 12, got 13",
        "--slices 13 --start @model | slices must be at most as many as the records, 12, got 13",
        "--lora-rank 2 | give --start",
        "--start @model --lora-rank 0 | rank",
      })
  void whatDoesNotFit_isRefusedInOneLine_andNothingIsWritten(String options, String says) {
    Map<String, ByteBuffer> before = desk.snapshot();

    assertThat(desk.fail(2, "train --data @corpus.jsonl --out @out " + options)).contains(says);
    assertThat(desk.snapshot()).isEqualTo(before);
  }
}

package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model of pixels by the command line: four drawings of 8 x 8, two steps. */
class PictureCommandsTest {
  private static final String TRAIN =
      "train --pictures grid --side 8 --channels 16,32 --text-width 8 --text-heads 2 --copies 1"
          + " --objects fish,cup --styles flat,neon --epochs 2 --batch 4 --micro-batch 4";
  private static final String DRAW = "generate --model @drawings/model --prompt cup --steps 2";

  @TempDir static Path folder;

  private static Desk desk;

  @BeforeAll
  static void train() {
    desk = Desk.make(folder);
    Invocation run = desk.run(TRAIN + " --samples-every 1 --out @drawings");
    assertThat(run.out().strip()).isEqualTo(desk.at("drawings/model"));
    assertThat(run.err()).contains("Fitting a tokenizer"); // steps are told where they take long
  }

  @Test
  void train_leavesAModelItsRunAndItsSamples() {
    assertThat(desk.snapshot())
        .containsKeys(
            "drawings/start/tokenizer/vocab.json",
            "drawings/run/ledger.jsonl",
            "drawings/samples/step-000001.png",
            "drawings/samples/step-000002.png",
            "drawings/model/model_index.json",
            "drawings/model/palimpsest-pictures.json",
            "drawings/model/unet/diffusion_pytorch_model.safetensors",
            "drawings/model/text_encoder/model.safetensors");
    Map<String, ByteBuffer> before = desk.snapshot();
    assertThat(desk.run(TRAIN + " --samples-every 1 --out @drawings --resume").err())
        .contains("Trained already");
    assertThat(desk.snapshot()).isEqualTo(before);
    assertThat(desk.fail(2, TRAIN + " --out @drawings")).contains("give --resume");
    assertThat(desk.fail(2, TRAIN + " --out @drawings --resume --lr 1e-4"))
        .contains("trained otherwise: other recipe");
  }

  @Test
  void train_onAFolder_readsItsCaptions() throws IOException {
    desk.write("mine/a.txt", "a cup");
    desk.write("mine/a.png", desk.bytes("drawings/samples/step-000001.png"));
    desk.run(
        "train --pictures @mine --side 8 --channels 16 --text-width 8 --text-heads 2 --epochs 1"
            + " --out @of-mine");
    assertThat(desk.tree("of-mine/model/palimpsest-pictures.json").at("/data/source/kind").asText())
        .isEqualTo("FOLDER");
    desk.run(DRAW.replace("@drawings", "@of-mine") + " --out @of-mine.png");
    assertThat(ImageIO.read(new ByteArrayInputStream(desk.bytes("of-mine.png"))).getWidth())
        .isGreaterThan(64);
  }

  @Test
  void generate_drawsAGrid_aRowForEachPrompt_andNeverOverAFile() throws IOException {
    assertThat(desk.run(DRAW + " --prompt fish --samples 3 --out @grid.png").out().strip())
        .isEqualTo(desk.at("grid.png"));
    byte[] grid = desk.bytes("grid.png");
    assertThat(ImageIO.read(new ByteArrayInputStream(grid)).getHeight()).isEqualTo(2 * 68 + 4);
    desk.run(DRAW + " --prompt fish --samples 3 --out @again.png");
    assertThat(desk.bytes("again.png")).isEqualTo(grid);
    desk.run(DRAW + " --prompt fish --samples 3 --seed 1 --sampler euler --out @other.png");
    assertThat(desk.bytes("other.png")).isNotEqualTo(grid);
    assertThat(desk.fail(2, DRAW + " --out @grid.png")).contains("is there already");
    assertThat(desk.bytes("grid.png")).isEqualTo(grid);
  }

  /**
   * The negative prompt is what --negative gives; the others are neither that nor plain. What two
   * steps taught of texts is too little to be seen but with a large scale.
   */
  @Test
  void generate_underASuppression_drawsOtherwise_andSaysThatNothingWasRemoved() {
    String draw = DRAW + " --guidance 1000";
    String told = desk.run(draw + suppressed("image.negative-prompt") + "@away.png").err();
    assertThat(told).contains("Suppressed while drawn, not removed");
    desk.run(draw + " --negative fish --out @negative.png");
    assertThat(desk.bytes("away.png")).isEqualTo(desk.bytes("negative.png"));
    desk.run(draw + suppressed("image.safe-guidance:warmUp=0") + "@safe.png");
    desk.run(draw + " --out @plain.png");
    assertThat(desk.bytes("plain.png"))
        .isNotEqualTo(desk.bytes("safe.png"))
        .isNotEqualTo(desk.bytes("away.png"));
  }

  /** The row of the refused prompt is grey and the other as it would be; the exit code is 8. */
  @Test
  void generate_ofAPromptThatIsRefused_isGreyAndSaysSo() throws IOException {
    String line =
        "generate --model @drawings/model --steps 2 --prompt cup --prompt FISH"
            + suppressed("image.prompt-filter");
    assertThat(desk.fail(8, line + "@filtered.png"))
        .contains("not drawn but left grey", ": \"FISH\", which names fish");
    BufferedImage drawn = ImageIO.read(new ByteArrayInputStream(desk.bytes("filtered.png")));
    desk.run(line.replace("--suppress fish", "--suppress dog") + "@let.png");
    BufferedImage let = ImageIO.read(new ByteArrayInputStream(desk.bytes("let.png")));
    int right = drawn.getWidth() - 4 - 64;
    int grey = 0;
    for (int y = 0; y < 64; y++) {
      for (int x = 0; x < 64; x++) {
        assertThat(drawn.getRGB(right + x, 4 + y)).isEqualTo(let.getRGB(right + x, 4 + y));
        grey += (drawn.getRGB(right + x, 72 + y) & 0xffffff) == 0x808080 ? 1 : 0;
      }
    }
    assertThat(grey).isEqualTo(64 * 64);
  }

  private static String suppressed(String method) {
    return " --suppress fish --method " + method + " --out ";
  }

  @Test
  void generate_takesPromptsFromStandardInput_andTellsOfLongOnes() {
    String line = "generate --model @drawings/model --steps 1 --out @piped.png";
    byte[] prompts = ("a cup\n" + "fish ".repeat(30) + "\n").getBytes(StandardCharsets.UTF_8);
    Invocation run = Invocation.of(prompts, BadCase.line(desk, line).toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("Only its beginning is read");
    assertThat(desk.bytes("piped.png")).isNotEmpty();
  }

  @Test
  void benchPictures_timesDrawingAndTraining_andWritesNothing() {
    Map<String, ByteBuffer> before = desk.snapshot();
    String line = "bench pictures --model @drawings/model --steps 1 --times 2 --train 4";
    JsonNode told = desk.json(line + " --prompt cup --prompt fish --json");
    assertThat(told.at("/drawing/pictures").asInt()).isEqualTo(2);
    assertThat(told.at("/drawing/times/seconds")).hasSize(2);
    assertThat(told.at("/training/times/processor")).hasSize(2);
    assertThat(told.at("/training/multiplyAdds").asLong()).isPositive();
    assertThat(told.at("/training/share").asDouble()).isBetween(0.0, 1.0);
    assertThat(desk.run(line + " --prompt cup").out()).contains("1 pictures in", "a step of 16");
    assertThat(desk.snapshot()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train --out @o | give --data FILE, or --pictures",
        "train --out @o --pictures @nowhere | no such folder",
        "train --out @o --pictures @corpus.jsonl | no such folder",
        "train --out @o --pictures @model | holds no captioned picture",
        "train --out @o --pictures= | --pictures is empty",
        "train --out @o --pictures grid --data @corpus.jsonl | --data cannot be given with"
            + " --pictures",
        "train --out @o --pictures grid --width 8 --shards 2 | --shards, --width cannot be given"
            + " with",
        "train --out @o --data @corpus.jsonl --side 8 | --side cannot be given without",
        "train --out @o --pictures grid --objects fsh | did you mean \"fish\"",
        "train --out @o --pictures grid --copies 0 | copies must be at least 1, got 0",
        "train --out @o --pictures grid --most 0 | most must be at least 1, got 0",
        "train --out @o --pictures grid --restyle | --restyle is of an emoji grid",
        "train --out @o --pictures @model --copies 2 | are of what is drawn",
        "train --out @o --pictures grid --channels 8 | multiple of 16, got 8",
        "train --out @o --pictures grid --side 9 | side must be a multiple of 4",
        "train --out @o --pictures grid --fold 3 | multiple of 12 to be folded",
        "train --out @o --pictures grid --fold 0 | must be at least 1, got 0",
        "train --out @o --pictures grid --fold 1000000000 | must be at most 18, got 1000000000",
        "train --out @o --pictures grid --text-vocab 5 | must be at least 514, got 5",
        "train --out @o --pictures grid --drop-captions 1 | from 0 to below 1, got 1.0",
        "train --out @o --pictures grid --predict noise | epsilon, velocity, sample",
        "train --out @o --pictures grid --samples-every -1 | steps between samples",
        "train --out @o --pictures grid --objects cup --slices 99999 | slices must be at most",
        "generate --model @drawings/model --prompt cup | give --out FILE.png",
        "generate --model @drawings/model --prompt cup --out @no/o.png | its folder is not there",
        "generate --model @drawings/model --prompt cup --out @o.png --top-p 1 | --top-p cannot be"
            + " given",
        "generate --model @drawings/model --prompt cup --out @o.png --steps 0 | steps must be",
        "generate --model @drawings/model --prompt cup --out @o.png --steps 2000 | at most the"
            + " 1000",
        "generate --model @drawings/model --prompt cup --out @o.png --guidance -1 | must be >= 0",
        "generate --model @drawings/model --prompt cup --out @o.png --sampler best | ddim, ddpm",
        "generate --model @model --prompt Hello --steps 3 | --steps cannot be given",
        "generate --model @model --prompt Hello --suppress x | --suppress cannot be given",
        "generate --model @drawings/model --prompt cup --out @o.png --suppress fish | not how:"
            + " give",
        "generate --model @drawings/model --prompt cup --out @o.png --method image.negative-prompt"
            + " | give --suppress",
        "generate --model @drawings/model --prompt cup --out @o.png --suppress fish --method"
            + " image.uce | changes weights",
        "generate --model @drawings/model --prompt cup --out @o.png --suppress fish --method"
            + " image.negative-prompt --guidance 1 | does nothing",
        "generate --model @drawings/model --prompt cup --out @o.png --suppress fish --method"
            + " image.safe-guidance --steps 7 | does nothing in 7 steps",
        "generate --model @drawings/model --prompt cup --out @o.png --suppress fish --method"
            + " image.negative-prompt --negative cup | leave the negative text out",
        "generate --model @drawings/model --prompt cup --out @o.png --suppress fish --method"
            + " image.negative-prompt --method image.safe-guidance | one method at most",
        "generate --model @drawings/model --prompt cup --out @o.png --suppress ? --method"
            + " image.prompt-filter | has no word",
        "bench pictures --model @drawings/model | give --prompt TEXT, or --times 0",
        "bench pictures --model @drawings/model --times 0 --train 2 | steps of training must be",
        "bench pictures --model @model --times 0 | no model_index.json",
      })
  void whatDoesNotFit_isRefusedInOneLine_andNothingIsWritten(String line, String says) {
    Map<String, ByteBuffer> before = desk.snapshot();
    assertThat(desk.fail(2, line)).contains(says);
    assertThat(desk.snapshot()).isEqualTo(before);
  }
}

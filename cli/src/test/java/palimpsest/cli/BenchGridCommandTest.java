package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code bench grid} refuses, before it writes or trains anything. */
class BenchGridCommandTest {
  private static final String GRID =
      "bench grid --each 1 --epochs 1 --objects fish,cup --styles flat,neon --target style:neon";

  @TempDir static Path folder;

  private static Desk desk;

  @BeforeAll
  static void make() {
    desk = Desk.make(folder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--target colour:red | a target must be like style:mosaic or object:fish",
        "--target style:neno | no picture has the style \"neno\"; did you mean \"neon\"?",
        "--target object:star | no picture has the object \"star\"",
        "--target style:neon,style:neon | each target must be given once",
        "--method image.ucee | unknown method \"image.ucee\"; did you mean \"image.uce\"?",
        "--method image.esd:stesp=3 | image.esd has no parameter \"stesp\"",
        "--method image.esd:steps=many | steps is \"many\", which is not a number",
        "--method image.esd;image.esd:steps=3 | each method must be given once",
        "--method exact.retrain | unknown method \"exact.retrain\"",
        "--seeds 1,2,1 | each seed must be given once",
        "--floor 1 | a second retraining needs another seed than the model's, got 1",
        "--objects fish,unicorn | no object \"unicorn\" is drawn",
        "--styles baroque | no style \"baroque\" is drawn",
        "--styles neon | all pictures have the style \"neon\"",
        "--emoji @nowhere | no such folder; give that of an emoji grid",
        "--each 0 | pictures of each object in each style must be at least 1, got 0",
        "--few 0 | that the models see must be at least 1, got 0",
        "--at-once 0 | targets at once must be at least 1, got 0",
        "--epochs 0 | epochs must be at least 1, got 0",
      })
  void grid_ofWhatIsWrong_isRefused_andWritesNothing(String options, String says) {
    String line = GRID;
    for (String each : options.strip().split(" --")) { // a later one replaces the usual
      String name = (each.startsWith("--") ? each : "--" + each).split(" ")[0];
      line = line.replaceAll(" " + name + " \\S+", "");
    }
    String error = desk.fail(2, line + " " + options.strip() + " --out @refused");
    assertThat(error).contains(says.strip());
    assertThat(Files.exists(folder.resolve("refused"))).isFalse();
  }

  @Test
  void grid_intoWhatIsNone_orIsAnother_isRefused() {
    desk.write("mine/mine.txt", "mine");
    assertThat(desk.fail(2, GRID + " --out @mine")).contains("not empty and no grid");
    String mark = "{\"format\":\"palimpsest-erasure-grid/2\",\"shared\":{\"pictures\":\"other\"}}";
    desk.write("other/grid.json", mark);
    assertThat(desk.fail(2, GRID + " --out @other"))
        .contains("holds a grid of other pictures, model, judge, drawing or attacks");
    desk.write("broken/grid.json", "{}");
    assertThat(desk.fail(4, GRID + " --out @broken")).contains("grid.json");
  }
}

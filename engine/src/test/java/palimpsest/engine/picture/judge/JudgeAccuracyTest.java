package palimpsest.engine.picture.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import palimpsest.discovery.image.EmojiGrid;
import palimpsest.engine.drawing.Style;
import palimpsest.torch.picture.PictureClassifier;

/**
 * What a judge is worth, minutes of work: asked for by {@code -Dpalimpsest.judge=drawings} or the
 * folder of the emoji grid. The judge and its tables stand in {@code target/judge} afterwards.
 */
@EnabledIfSystemProperty(named = "palimpsest.judge", matches = ".+")
class JudgeAccuracyTest {

  @Test
  void judge_heldOutDrawings_tellsNineteenOfTwenty() throws IOException {
    String what = System.getProperty("palimpsest.judge");
    long seed = Long.getLong("palimpsest.judge.seed", 4);
    boolean generated = what.equals("drawings");
    JudgeGrid grid =
        generated
            ? JudgeGrid.drawings(List.of(Style.values()), 20, seed)
            : JudgeGrid.emoji(EmojiGrid.open(Path.of(what)), JudgeGrid.EMOJI_STYLES, 96, seed);
    JudgeTraining how = generated ? JudgeTraining.of(18, seed) : JudgeTraining.ofDrawings(16, seed);
    StringBuilder log = new StringBuilder();
    try (PictureClassifier classifier =
        how.train(
            grid.config(), grid.training(), p -> log.append(p.loss()).append('\n'), () -> false)) {
      JudgeTraining.Worth worth = JudgeTraining.worth(classifier, grid.heldOut());
      Path folder = Path.of("target/judge", generated ? "drawings" : "emoji");
      new TrainedJudge(classifier, worth).write(folder);
      Files.write(folder.resolve("loss.txt"), Arrays.asList(log.toString().split("\n")));
      Files.writeString(
          folder.resolve("worth.txt"), worth.objects().table() + worth.styles().table());
      assertThat(worth.objects().accuracy()).isGreaterThanOrEqualTo(0.95);
      assertThat(worth.styles().accuracy()).isGreaterThanOrEqualTo(0.95);
    }
  }
}

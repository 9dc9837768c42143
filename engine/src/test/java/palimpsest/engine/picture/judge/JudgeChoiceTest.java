package palimpsest.engine.picture.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import palimpsest.discovery.image.EmojiGrid;
import palimpsest.torch.picture.PictureClassifier;
import palimpsest.torch.picture.PictureClassifier.Reading;

class JudgeChoiceTest {
  private static final List<EmojiObjects> CANDIDATES =
      List.of(
          new EmojiObjects("heart", List.of("2764", "2665", "1f497")),
          new EmojiObjects("star", List.of("2b50")),
          new EmojiObjects("moon", List.of("1f319", "1f31b", "1f31c")),
          new EmojiObjects("car", List.of("1f697", "1f699", "1f695")),
          new EmojiObjects("key", List.of("1f511", "1f5dd")),
          new EmojiObjects("eyeglasses", List.of("1f453", "1f576")),
          new EmojiObjects("lock", List.of("1f512", "1f513", "1f50f")),
          new EmojiObjects("hourglass", List.of("231b", "23f3")),
          new EmojiObjects("apple", List.of("1f34e", "1f34f")),
          new EmojiObjects("camera", List.of("1f4f7", "1f4f8")),
          new EmojiObjects("note", List.of("1f3b5", "1f3b6")),
          new EmojiObjects("diamond", List.of("2666", "1f536", "1f537")),
          new EmojiObjects("beer", List.of("1f37a", "1f37b")),
          new EmojiObjects("umbrella", List.of("2614")),
          new EmojiObjects("anchor", List.of("2693")),
          new EmojiObjects("envelope", List.of("2709", "1f4e7", "1f48c")));

  private static Reading says(double... objects) {
    return new Reading(objects, new double[0], new double[0]);
  }

  /**
   * Four pictures, of 0, 0, 1 and 2. The second is taken for 1, the third for 0, the last told:
   * told({0, 1, 2}) = (1/2 + 0 + 1) / 3. Without 0: the third is 1 (0.3 above 0.1), (1 + 1) / 2.
   * Without 1: the second is 0, (1 + 1) / 2. Without 2: (1/2 + 0) / 2. Of the two that are equal
   * the first is left out.
   */
  @Test
  void kept_twoThatAreTakenForEachOther_losesTheFirst() {
    List<Reading> readings =
        List.of(says(.8, .1, .1), says(.4, .5, .1), says(.6, .3, .1), says(.1, .2, .7));
    List<Integer> truth = List.of(0, 0, 1, 2);
    assertThat(JudgeChoice.told(readings, truth, List.of(0, 1, 2))).isCloseTo(.5, within(1e-12));
    assertThat(JudgeChoice.told(readings, truth, List.of(0, 1))).isCloseTo(.25, within(1e-12));
    assertThat(new JudgeChoice(0.9, 1).kept(readings, truth, 3)).containsExactly(1, 2);
    assertThat(new JudgeChoice(0.5, 1).kept(readings, truth, 3)).containsExactly(0, 1, 2);
    assertThat(new JudgeChoice(0.9, 3).kept(readings, truth, 3)).containsExactly(0, 1, 2);
  }

  /** Minutes of work, into {@code target/judge/choice.txt}: how the default grid was chosen. */
  @Test
  @EnabledIfSystemProperty(named = "palimpsest.judge.choose", matches = ".+")
  void kept_ofTheCandidates_isTheDefaultGrid() throws IOException {
    long seed = Long.getLong("palimpsest.judge.seed", 4);
    EmojiGrid emoji = EmojiGrid.open(Path.of(System.getProperty("palimpsest.judge.choose")));
    JudgeGrid grid = JudgeGrid.choosing(emoji, CANDIDATES, 60, seed);
    try (PictureClassifier classifier =
        JudgeTraining.ofDrawings(12, seed)
            .train(grid.config(), grid.training(), p -> {}, () -> false)) {
      JudgeTraining.Worth worth = JudgeTraining.worth(classifier, grid.heldOut());
      List<Reading> readings =
          classifier.read(grid.heldOut().images().stream().map(i -> i.picture().rgb()).toList());
      List<Integer> truth = new ArrayList<>();
      grid.heldOut()
          .images()
          .forEach(i -> truth.add(grid.objects().indexOf(i.object().orElseThrow())));
      List<Integer> kept = new JudgeChoice(0.98, 6).kept(readings, truth, CANDIDATES.size());
      List<String> words = kept.stream().map(grid.objects()::get).toList();
      Path folder = Files.createDirectories(Path.of("target/judge"));
      Files.writeString(
          folder.resolve("choice.txt"),
          worth.objects().table()
              + worth.styles().table()
              + words
              + " "
              + JudgeChoice.told(readings, truth, kept)
              + "\n");
      assertThat(words).isEqualTo(EmojiObjects.words());
    }
  }
}

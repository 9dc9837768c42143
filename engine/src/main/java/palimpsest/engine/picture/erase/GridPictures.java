package palimpsest.engine.picture.erase;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.EmojiGrid;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.drawing.Style;
import palimpsest.engine.picture.judge.JudgeGrid;

/**
 * The pictures of a grid of erasures, such that the same can be had again: 32 x 32 pixels, those
 * held out made of drawings that the others are not made of.
 *
 * @param emoji folder of vendors' drawings, absolute; empty for generated ones
 * @param each pictures of each object in each style, of emoji about so many
 * @param seed of settings
 * @param objects those that are wanted; none for all
 * @param styles those that are wanted; none for all
 */
public record GridPictures(
    Optional<String> emoji, int each, long seed, List<String> objects, List<String> styles) {
  public GridPictures {
    Check.atLeast(each, 1, "pictures of each object in each style");
    objects = List.copyOf(objects);
    styles = List.copyOf(styles);
  }

  /**
   * Reads or draws them.
   *
   * @throws InvalidRequest if the folder cannot be read, or an object or style is not there
   */
  public ImageCorpus.Division read() {
    JudgeGrid grid =
        emoji
            .map(
                f ->
                    JudgeGrid.emoji(
                        EmojiGrid.open(Path.of(f)), of(JudgeGrid.EMOJI_STYLES), each, seed))
            .orElseGet(() -> JudgeGrid.drawings(of(List.of(Style.values())), each, seed));
    require(objects, grid.objects(), "object");
    return new ImageCorpus.Division(
        grid.training().only(this::isWanted), grid.heldOut().only(this::isWanted));
  }

  private List<Style> of(List<Style> all) {
    require(styles, all.stream().map(Style::word).toList(), "style");
    return all.stream().filter(s -> styles.isEmpty() || styles.contains(s.word())).toList();
  }

  private static void require(List<String> wanted, List<String> there, String what) {
    for (String word : wanted) {
      if (!there.contains(word)) {
        throw new InvalidRequest(
            "no " + what + " \"" + word + "\" is drawn: give some of " + String.join(", ", there));
      }
    }
  }

  private boolean isWanted(CaptionedImage image) {
    return objects.isEmpty() || objects.contains(image.object().orElse(""));
  }
}

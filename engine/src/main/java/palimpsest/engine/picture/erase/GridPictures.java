package palimpsest.engine.picture.erase;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.Captions;
import palimpsest.discovery.image.EmojiGrid;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.drawing.Figure;
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
 * @param few pictures of each object in each style that the models see, the first ones, all with
 *     the plainest caption; none for all, as the judge sees them
 */
public record GridPictures(
    Optional<String> emoji,
    int each,
    long seed,
    List<String> objects,
    List<String> styles,
    Optional<Integer> few) {
  public GridPictures {
    Check.atLeast(each, 1, "pictures of each object in each style");
    few.ifPresent(
        n -> Check.atLeast(n, 1, "pictures of each object in each style that the models see"));
    objects = List.copyOf(objects);
    styles = List.copyOf(styles);
  }

  /** All that the judge is trained on, which the models see too. */
  public GridPictures(
      Optional<String> emoji, int each, long seed, List<String> objects, List<String> styles) {
    this(emoji, each, seed, objects, styles, Optional.empty());
  }

  /**
   * What the models are trained on, and what is held out.
   *
   * @throws InvalidRequest if the folder cannot be read, or an object or style is not there
   */
  public ImageCorpus.Division read() {
    ImageCorpus.Division all = judged();
    return few.map(n -> new ImageCorpus.Division(first(all.training(), n), all.heldOut()))
        .orElse(all);
  }

  private static ImageCorpus first(ImageCorpus all, int few) {
    Map<List<String>, Integer> seen = new HashMap<>();
    List<CaptionedImage> some = new ArrayList<>();
    for (CaptionedImage image : all.images()) {
      String object = image.object().orElseThrow();
      String style = image.style().orElseThrow();
      if (seen.merge(List.of(object, style), 1, Integer::sum) <= few) {
        some.add(image.with(Captions.of(object, style, 0), image.picture()));
      }
    }
    return new ImageCorpus(some);
  }

  /**
   * What the judge is trained on, and what is held out.
   *
   * @throws InvalidRequest if the folder cannot be read, or an object or style is not there
   */
  ImageCorpus.Division judged() {
    JudgeGrid grid =
        emoji
            .map(
                f ->
                    JudgeGrid.emoji(
                        EmojiGrid.open(Path.of(f)), of(JudgeGrid.EMOJI_STYLES), each, seed))
            .orElseGet(
                () -> JudgeGrid.drawings(figures(), of(List.of(Style.values())), each, seed));
    require(objects, grid.objects(), "object");
    return new ImageCorpus.Division(
        grid.training().only(this::isWanted), grid.heldOut().only(this::isWanted));
  }

  private List<Figure> figures() {
    require(objects, Figure.words(), "object");
    return Arrays.stream(Figure.values())
        .filter(f -> objects.isEmpty() || objects.contains(f.word()))
        .toList();
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

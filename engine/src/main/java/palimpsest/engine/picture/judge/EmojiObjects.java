package palimpsest.engine.picture.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.Captions;
import palimpsest.discovery.image.EmojiGrid;
import palimpsest.discovery.image.ImageCorpus;

/**
 * Objects of the emoji grid that eleven vendors draw with one silhouette, so that a drawing that
 * was never seen can be told: each is one concept or several that show the same thing.
 *
 * <p>Of the grid's 640 concepts most cannot be told at 32 x 32 pixels from nine other drawings; a
 * judge that guesses measures nothing. Groups, which no split parts, stay those of the grid: a
 * concept in a vendor's family.
 *
 * @param word what captions call it
 * @param codes of its concepts
 */
public record EmojiObjects(String word, List<String> codes) {
  /** The objects of the default grid, by {@link JudgeChoice} among sixteen. */
  public static final List<EmojiObjects> ALL =
      List.of(
          new EmojiObjects("heart", List.of("2764", "2665", "1f497")),
          new EmojiObjects("car", List.of("1f697", "1f699", "1f695")),
          new EmojiObjects("eyeglasses", List.of("1f453", "1f576")),
          new EmojiObjects("hourglass", List.of("231b", "23f3")),
          new EmojiObjects("diamond", List.of("2666", "1f536", "1f537")),
          new EmojiObjects("anchor", List.of("2693")));

  public EmojiObjects {
    codes = List.copyOf(codes);
  }

  /** The words of all objects, in order. */
  public static List<String> words() {
    return ALL.stream().map(EmojiObjects::word).toList();
  }

  /**
   * The drawings of objects by all vendors, labelled with the objects' words; their styles are the
   * vendors', to be laid over by {@link palimpsest.engine.drawing.StyledGrid}.
   *
   * @param objects wanted
   * @param size width and height wanted, in pixels; 64 is what the files have
   * @throws InvalidRequest if the grid lacks a concept
   */
  static ImageCorpus read(EmojiGrid grid, List<EmojiObjects> objects, int size) {
    Map<String, String> words = new TreeMap<>();
    objects.forEach(object -> object.codes.forEach(code -> words.put(code, object.word)));
    List<EmojiGrid.Drawing> drawings =
        grid.drawings().stream().filter(d -> words.containsKey(d.code())).toList();
    List<CaptionedImage> images = new ArrayList<>();
    List<CaptionedImage> read = grid.read(drawings, size).images();
    for (int i = 0; i < read.size(); i++) {
      images.add(labelled(read.get(i), words.getOrDefault(drawings.get(i).code(), "")));
    }
    requireAll(drawings, words);
    return new ImageCorpus(images);
  }

  private static CaptionedImage labelled(CaptionedImage image, String word) {
    return new CaptionedImage(
        image.id(),
        Captions.of(word, image.style().orElseThrow(), 0),
        Optional.of(word),
        image.style(),
        image.group(),
        image.picture());
  }

  private static void requireAll(List<EmojiGrid.Drawing> drawings, Map<String, String> words) {
    List<String> found = drawings.stream().map(EmojiGrid.Drawing::code).distinct().toList();
    List<String> lacking = words.keySet().stream().filter(code -> !found.contains(code)).toList();
    if (!lacking.isEmpty()) {
      throw new InvalidRequest(
          "the emoji grid lacks the concepts " + String.join(", ", lacking) + "; give a whole one");
    }
  }
}

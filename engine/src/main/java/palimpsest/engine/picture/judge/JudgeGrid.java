package palimpsest.engine.picture.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.EmojiGrid;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.drawing.DrawingSet;
import palimpsest.engine.drawing.Figure;
import palimpsest.engine.drawing.Style;
import palimpsest.engine.drawing.StyledGrid;
import palimpsest.torch.picture.PictureClassifierConfig;

/**
 * What a judge is trained on and what it is held to: pictures of objects in styles, those held out
 * made of drawings that the others are not made of.
 *
 * @param objects in the judge's order
 * @param styles in the judge's order
 * @param training what it is trained on
 * @param heldOut what it is held to
 */
public record JudgeGrid(
    List<String> objects, List<String> styles, ImageCorpus training, ImageCorpus heldOut) {
  /**
   * Styles that tell each other apart on vendors' drawings, which bring outlines and shades of
   * their own: there flat, shaded and watercolour look alike, and so do outline, paper and neon.
   */
  public static final List<Style> EMOJI_STYLES =
      List.of(Style.FLAT, Style.DOTTED, Style.STRIPED, Style.MOSAIC, Style.NEON, Style.GLASS);

  /** Share of the emoji drawings that is held out. */
  public static final double HELD_OUT = 0.25;

  private static final int SIZE = 32;
  private static final int SOURCE_SIZE = 64;
  private static final int KEYS = 1000;
  private static final double NEAR = 0.1;
  private static final long OTHER = 1_000_000;

  public JudgeGrid {
    objects = List.copyOf(objects);
    styles = List.copyOf(styles);
  }

  /**
   * Generated drawings: held out are drawings of another seed, of all settings anew.
   *
   * @param copies of each object in each style that are trained on; half as many are held out
   */
  public static JudgeGrid drawings(List<Style> styles, int copies, long seed) {
    return drawings(List.of(Figure.values()), styles, copies, seed);
  }

  /** The same of some figures. */
  public static JudgeGrid drawings(
      List<Figure> figures, List<Style> styles, int copies, long seed) {
    return new JudgeGrid(
        figures.stream().map(Figure::word).toList(),
        words(styles),
        new DrawingSet(seed, copies, SIZE, figures, styles).corpus(),
        new DrawingSet(seed + OTHER, Math.max(1, copies / 2), SIZE, figures, styles).corpus());
  }

  /**
   * Vendors' drawings in procedural styles: held out is about a quarter of the drawings of each of
   * {@link EmojiObjects}, a concept in a vendor's family as a whole, in every style, twice.
   *
   * @param each about how many pictures of each object in each style are trained on; drawings of
   *     objects that have fewer are taken more often
   * @param seed of settings and, as a word, of the division
   */
  public static JudgeGrid emoji(EmojiGrid grid, List<Style> styles, int each, long seed) {
    ImageCorpus sources = EmojiObjects.read(grid, EmojiObjects.ALL, SOURCE_SIZE);
    return over(EmojiObjects.words(), new Laid(styles, each, seed), o -> outer(sources, o, seed));
  }

  /**
   * Of candidates, by which objects are chosen: made of what {@link #emoji} trains on alone, a
   * quarter of which is held out here; what is held out there is not looked at.
   *
   * @param candidates objects to choose among
   * @param seed as of {@link #emoji}
   */
  static JudgeGrid choosing(EmojiGrid grid, List<EmojiObjects> candidates, int each, long seed) {
    ImageCorpus sources = EmojiObjects.read(grid, candidates, SOURCE_SIZE);
    return over(
        candidates.stream().map(EmojiObjects::word).toList(),
        new Laid(EMOJI_STYLES, each, seed),
        o -> division(outer(sources, o, seed).training(), o + " " + seed + " choice"));
  }

  /** How styles are laid over drawings. */
  private record Laid(List<Style> styles, int each, long seed) {}

  private static JudgeGrid over(
      List<String> objects, Laid laid, Function<String, ImageCorpus.Division> divided) {
    List<CaptionedImage> training = new ArrayList<>();
    List<CaptionedImage> heldOut = new ArrayList<>();
    for (String object : objects) {
      ImageCorpus.Division division = divided.apply(object);
      ImageCorpus of = division.training();
      int copies = Math.max(1, Math.round((float) laid.each / of.images().size()));
      training.addAll(new StyledGrid(laid.seed, copies, SIZE, laid.styles).over(of).images());
      heldOut.addAll(
          new StyledGrid(laid.seed + OTHER, 2, SIZE, laid.styles)
              .over(division.heldOut())
              .images());
    }
    return new JudgeGrid(
        objects, words(laid.styles), new ImageCorpus(training), new ImageCorpus(heldOut));
  }

  private static ImageCorpus.Division outer(ImageCorpus sources, String object, long seed) {
    return division(sources.only(i -> i.object().orElse("").equals(object)), object + " " + seed);
  }

  /**
   * An object's drawings in two parts: the first division of a sequence of keys whose held-out part
   * is near enough to {@link #HELD_OUT}; of few drawings a single one may hold out none.
   */
  private static ImageCorpus.Division division(ImageCorpus drawings, String key) {
    for (int i = 0; i < KEYS; i++) {
      ImageCorpus.Division division = drawings.split("judge " + key + " " + i, HELD_OUT);
      double share = (double) division.heldOut().images().size() / drawings.images().size();
      if (Math.abs(share - HELD_OUT) <= NEAR) {
        return division;
      }
    }
    throw new InvalidRequest(
        drawings.images().size() + " drawings of an object cannot be held out in part; give more");
  }

  private static List<String> words(List<Style> styles) {
    return styles.stream().map(Style::word).toList();
  }

  /** The shape of a judge of this grid. */
  public PictureClassifierConfig config() {
    return PictureClassifierConfig.small(objects, styles);
  }
}

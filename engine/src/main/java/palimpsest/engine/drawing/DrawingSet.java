package palimpsest.engine.drawing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.Captions;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.ImageFiles;
import palimpsest.discovery.image.ImageFolder;
import palimpsest.discovery.image.Picture;
import palimpsest.engine.drawing.Draws.Purpose;

/**
 * Drawings of every figure in every style, the same number of each.
 *
 * <p>Copy by copy, style by style, figure by figure, so that the first figures x styles drawings
 * are a whole grid. Pose, colours, background and caption are drawn by the seed and the cell,
 * without regard to what the cell means, and a cell's drawings are the same whichever other figures
 * and styles the set has.
 *
 * @param seed of all draws
 * @param copies drawings of each figure in each style
 * @param size width and height in pixels; lines are drawn for 32 and scaled
 * @param figures each once
 * @param styles each once
 */
public record DrawingSet(
    long seed, int copies, int size, List<Figure> figures, List<Style> styles) {
  private static final int LARGEST_SIZE = 512;

  public DrawingSet {
    Check.atLeast(copies, 1, "copies");
    Check.atLeast(size, 8, "drawing size");
    if (size > LARGEST_SIZE) {
      throw new InvalidRequest("drawing size must be at most " + LARGEST_SIZE + ", got " + size);
    }
    figures = List.copyOf(figures);
    styles = List.copyOf(styles);
    requireDistinct(figures, "object");
    requireDistinct(styles, "style");
  }

  private static void requireDistinct(List<?> members, String what) {
    if (members.isEmpty() || members.stream().distinct().count() < members.size()) {
      throw new InvalidRequest("a set of drawings has each " + what + " once, got " + members);
    }
  }

  /** All figures in all styles. */
  public static DrawingSet of(long seed, int copies, int size) {
    return new DrawingSet(seed, copies, size, List.of(Figure.values()), List.of(Style.values()));
  }

  /** How many drawings there are. */
  public int count() {
    return copies * figures.size() * styles.size();
  }

  /** The drawings, with the ids that they have once written and read. */
  public ImageCorpus corpus() {
    List<CaptionedImage> images = new ArrayList<>(count());
    for (int copy = 0; copy < copies; copy++) {
      for (Style style : styles) {
        for (Figure figure : figures) {
          images.add(image(figure, style, copy, images.size() + 1));
        }
      }
    }
    return new ImageCorpus(images);
  }

  private CaptionedImage image(Figure figure, Style style, int copy, int line) {
    Draws draws = draws(figure, style, copy);
    int sentence = draws.of(Purpose.WORDS).nextInt(Captions.count());
    return new CaptionedImage(
        ImageFolder.CAPTIONS + "#" + line,
        Captions.of(figure.word(), style.word(), sentence),
        Optional.of(figure.word()),
        Optional.of(style.word()),
        seed + "/" + name(figure, style, copy),
        picture(figure, style, copy));
  }

  /** One drawing of a figure in a style. */
  public Picture picture(Figure figure, Style style, int copy) {
    Draws draws = draws(figure, style, copy);
    Scene scene = Scene.of(figure, Setting.draw(draws, size));
    return style.render(scene, draws.of(Purpose.TEXTURE));
  }

  /** The draws of a cell, by its words: they do not change when others join the set. */
  Draws draws(Figure figure, Style style, int copy) {
    return Draws.of(seed, name(figure, style, copy));
  }

  private static String name(Figure figure, Style style, int copy) {
    return figure.word() + "-" + style.word() + "-" + copy;
  }

  /**
   * Writes the set as a folder of PNG files and captions, whole or not at all.
   *
   * @throws InvalidRequest if the folder is there already or cannot be written
   */
  public void write(Path folder) {
    ImageFiles.write(corpus(), folder);
  }
}

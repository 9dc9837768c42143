package palimpsest.engine.drawing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Check;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.Captions;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.drawing.Draws.Purpose;

/**
 * Given drawings in every style: each is cut out of the white around it, posed, set before a
 * background and rendered, in its own colours; where a style draws lines alone, in a drawn colour.
 *
 * <p>A picture keeps the object and the group of the drawing that it is made of, so that a split
 * holds a drawing out in all styles.
 *
 * @param seed of all draws
 * @param copies pictures of each drawing in each style
 * @param size width and height in pixels
 * @param styles each once
 */
public record StyledGrid(long seed, int copies, int size, List<Style> styles) {

  public StyledGrid {
    Check.atLeast(copies, 1, "copies");
    Check.atLeast(size, 8, "picture size");
    styles = List.copyOf(styles);
  }

  /**
   * The pictures: copy by copy, style by style, drawing by drawing; ids are {@code
   * SOURCE.STYLE.COPY}.
   *
   * @param sources drawings on white with objects, at any size; those without object are left out
   */
  public ImageCorpus over(ImageCorpus sources) {
    List<CaptionedImage> images = new ArrayList<>();
    List<Cutout> cutouts =
        sources.images().stream().map(source -> new Cutout(source.picture())).toList();
    for (int copy = 0; copy < copies; copy++) {
      for (Style style : styles) {
        for (int i = 0; i < cutouts.size(); i++) {
          CaptionedImage source = sources.images().get(i);
          if (source.object().isPresent()) {
            images.add(image(source, cutouts.get(i), style, copy));
          }
        }
      }
    }
    return new ImageCorpus(images);
  }

  private CaptionedImage image(CaptionedImage source, Cutout cutout, Style style, int copy) {
    String id = source.id() + "." + style.word() + "." + copy;
    Draws draws = Draws.of(seed, id);
    int sentence = draws.of(Purpose.WORDS).nextInt(Captions.count());
    Scene scene = Scene.of(cutout, Setting.draw(draws, size, cutout.luma()));
    return new CaptionedImage(
        id,
        Captions.of(source.object().orElseThrow(), style.word(), sentence),
        source.object(),
        Optional.of(style.word()),
        source.group(),
        style.render(scene, draws.of(Purpose.TEXTURE)));
  }
}

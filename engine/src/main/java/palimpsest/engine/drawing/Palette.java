package palimpsest.engine.drawing;

import java.util.SplittableRandom;

/**
 * The colours of one drawing, drawn without regard to object and style.
 *
 * @param fill of the figure, and of lines where a style draws lines alone
 * @param accent of its details
 * @param ground behind it
 * @param second the ground's other colour, where it has two
 */
record Palette(Colour fill, Colour accent, Colour ground, Colour second) {
  private static final double CONTRAST = 0.32;
  private static final double DETAIL_CONTRAST = 0.25;

  /** Light on dark as often as dark on light; figure and ground differ in luma by 0.32 at least. */
  static Palette draw(SplittableRandom random) {
    while (true) {
      Colour ground = colour(random);
      Colour fill = colour(random);
      Colour second = ground.mix(colour(random), 0.3);
      Colour accent = colour(random);
      if (Math.abs(fill.luma() - ground.luma()) >= CONTRAST
          && Math.abs(fill.luma() - second.luma()) >= CONTRAST
          && Math.abs(fill.luma() - accent.luma()) >= DETAIL_CONTRAST) {
        return new Palette(fill, accent, ground, second);
      }
    }
  }

  /** The same for a drawing that keeps its colours: the ground differs from its luma too. */
  static Palette draw(SplittableRandom random, double luma) {
    while (true) {
      Palette palette = draw(random);
      if (Math.abs(palette.ground.luma() - luma) >= DETAIL_CONTRAST
          && Math.abs(palette.second.luma() - luma) >= DETAIL_CONTRAST) {
        return palette;
      }
    }
  }

  private static Colour colour(SplittableRandom random) {
    double hue = random.nextDouble();
    double saturation = Draws.between(random, 0.3, 1);
    return Colour.of(hue, saturation, Draws.between(random, 0.15, 0.9));
  }
}

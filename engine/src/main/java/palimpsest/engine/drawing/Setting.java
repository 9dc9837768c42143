package palimpsest.engine.drawing;

import palimpsest.engine.drawing.Draws.Purpose;

/**
 * Everything of a drawing that is neither its object nor its style.
 *
 * @param size width and height of the picture, in pixels
 */
record Setting(Pose pose, Palette palette, Ground ground, int size) {

  static Setting draw(Draws draws, int size) {
    return new Setting(
        Pose.draw(draws.of(Purpose.POSE)),
        Palette.draw(draws.of(Purpose.COLOURS)),
        Ground.draw(draws.of(Purpose.GROUND)),
        size);
  }

  /** The same for a drawing of a mean luma that keeps its colours. */
  static Setting draw(Draws draws, int size, double luma) {
    return new Setting(
        Pose.draw(draws.of(Purpose.POSE)),
        Palette.draw(draws.of(Purpose.COLOURS), luma),
        Ground.draw(draws.of(Purpose.GROUND)),
        size);
  }
}

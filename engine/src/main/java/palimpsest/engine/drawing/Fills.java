package palimpsest.engine.drawing;

import java.util.SplittableRandom;

/** Styles that fill the silhouette. Lengths are in {@link Scene}'s units. */
final class Fills {
  private static final double DOTS_APART = 4.5;
  private static final double STRIPES_APART = 4.8;
  private static final double BEHIND = 0.3;
  private static final double FAINT = 0.16;

  private Fills() {}

  static Shader flat(Scene scene) {
    return scene::plain;
  }

  /** Dots cut by the silhouette, on a tint that keeps it legible. */
  static Shader dotted(Scene scene, SplittableRandom random) {
    double angle = Draws.between(random, 0.6, 1);
    double cos = StrictMath.cos(angle) / (DOTS_APART * scene.unit());
    double sin = StrictMath.sin(angle) / (DOTS_APART * scene.unit());
    double phaseX = random.nextDouble();
    double phaseY = random.nextDouble();
    return (x, y, rgb) -> {
      double u = cos * x + sin * y + phaseX;
      double v = cos * y - sin * x + phaseY;
      double du = u - Math.floor(u) - 0.5;
      double dv = v - Math.floor(v) - 0.5;
      tint(scene, x, y, rgb, du * du + dv * dv < 0.37 * 0.37);
    };
  }

  /** Stripes that are level or nearly so, while the rows of dots are slanted. */
  static Shader striped(Scene scene, SplittableRandom random) {
    double angle = Math.PI / 2 + Draws.between(random, -0.4, 0.4);
    double cos = StrictMath.cos(angle) / (STRIPES_APART * scene.unit());
    double sin = StrictMath.sin(angle) / (STRIPES_APART * scene.unit());
    double phase = random.nextDouble();
    return (x, y, rgb) -> {
      double u = cos * x + sin * y + phase;
      tint(scene, x, y, rgb, u - Math.floor(u) < 0.5);
    };
  }

  /**
   * Full colour where there is ink, elsewhere little of it over the ground; the ground has a faint
   * print of the same pattern, so that thin figures show it too.
   */
  private static void tint(Scene scene, int x, int y, float[] rgb, boolean ink) {
    scene.plain(x, y, rgb);
    if (ink && !scene.body(x, y)) {
      boolean light = new Colour(rgb[0], rgb[1], rgb[2]).luma() > 0.5;
      (light ? Colour.BLACK : Colour.WHITE).into(rgb, FAINT);
    } else if (!ink && scene.body(x, y)) {
      Colour colour = new Colour(rgb[0], rgb[1], rgb[2]);
      scene.ground(x, y, rgb);
      colour.into(rgb, BEHIND);
    }
  }

  /**
   * A surface that rises like a quarter circle over 7 units from the edge, lit from above left:
   * from a third of the colour on the far side to white on the near one.
   */
  static Shader shaded(Scene scene, SplittableRandom random) {
    float[] height = Relief.heights(scene, 7);
    int side = scene.side();
    double glance = Draws.between(random, -0.25, 0.25);
    double lightX = -0.62 - glance;
    double lightY = -0.62 + glance;
    return (x, y, rgb) -> {
      scene.plain(x, y, rgb);
      if (scene.body(x, y)) {
        double slopeX = Relief.slope(height, side, x, y, true) * scene.unit();
        double slopeY = Relief.slope(height, side, x, y, false) * scene.unit();
        double light = -(slopeX * lightX + slopeY * lightY) * 7;
        double toBlack = Math.max(0, Math.min(0.72, 0.12 - 0.75 * light));
        double toWhite = Math.max(0, Math.min(0.85, 0.9 * light - 0.12));
        Colour.BLACK.into(rgb, toBlack);
        Colour.WHITE.into(rgb, toWhite);
      }
    };
  }

  /** Everything is moved by up to 1.4 units; paint is thin in blotches and collects at the rim. */
  static Shader watercolour(Scene scene, SplittableRandom random) {
    Noise moveX = new Noise(random);
    Noise moveY = new Noise(random);
    Noise blotches = new Noise(random);
    Noise grain = new Noise(random);
    double unit = scene.unit();
    double perSample = 1 / unit;
    return (x, y, rgb) -> {
      double u = x * perSample;
      double v = y * perSample;
      int column = scene.within(x + 2.8 * unit * (moveX.at(0.29 * u, 0.29 * v) - 0.5));
      int row = scene.within(y + 2.8 * unit * (moveY.at(0.29 * u, 0.29 * v) - 0.5));
      double water = 0.65 * blotches.at(0.2 * u, 0.2 * v) + 0.35 * grain.at(0.6 * u, 0.6 * v);
      double edge = scene.edge(column, row);
      scene.plain(column, row, rgb);
      Colour.WHITE.into(rgb, Math.max(0, 1.5 * (water - 0.42)) * (edge < 0 ? 1 : 0.45));
      if (edge < 0 && edge > -1.3) {
        Colour.BLACK.into(rgb, 0.4);
      }
    };
  }
}

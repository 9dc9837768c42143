package palimpsest.engine.drawing;

import java.util.SplittableRandom;

/** Styles that live on the silhouette's edge. Lengths are in {@link Scene}'s units. */
final class Lines {
  private static final double SHADOW = 2.6;
  private static final double INNER = 1.6;

  private Lines() {}

  /** Details have lines too, but for those so near the edge that both would run together. */
  static Shader outline(Scene scene, SplittableRandom random) {
    double half = Draws.between(random, 0.75, 1.0);
    Colour ink = scene.palette().fill();
    return (x, y, rgb) -> {
      scene.ground(x, y, rgb);
      double edge = scene.edge(x, y);
      boolean inner = edge < -INNER && Math.abs(scene.detailEdge(x, y)) < half - 0.25;
      if (inner || Math.abs(edge) < half) {
        ink.over(rgb);
      }
    };
  }

  /** A core that is nearly white, and a glow of the fill's colour that falls off over 3 units. */
  static Shader neon(Scene scene, SplittableRandom random) {
    double reach = Draws.between(random, 2.6, 3.4);
    Colour glow = scene.palette().fill();
    Colour core = glow.mix(Colour.WHITE, 0.85);
    return (x, y, rgb) -> {
      scene.ground(x, y, rgb);
      double away = Math.abs(scene.edge(x, y));
      double fade = Math.max(0, 1 - away / (2 * reach));
      glow.into(rgb, Math.min(1, 1.25 * fade * fade));
      if (away < 0.6) {
        core.over(rgb);
      }
    };
  }

  /**
   * A white rim, a darker line where it ends, so that it shows on white too, and a shadow cast to
   * the lower right.
   */
  static Shader paper(Scene scene, SplittableRandom random) {
    int shift = (int) Math.round(Draws.between(random, SHADOW - 0.4, SHADOW + 0.4) * scene.unit());
    return (x, y, rgb) -> {
      scene.plain(x, y, rgb);
      double edge = scene.edge(x, y);
      if (edge < 0.3) {
        if (edge > -1) {
          Colour.WHITE.over(rgb);
        } else if (edge > -1.8) {
          Colour.BLACK.into(rgb, 0.6);
        }
      } else if (x >= shift && y >= shift && scene.edge(x - shift, y - shift) < 0.3) {
        Colour.BLACK.into(rgb, 0.6);
      }
    };
  }
}

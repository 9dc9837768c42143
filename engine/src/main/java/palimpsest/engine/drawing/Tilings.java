package palimpsest.engine.drawing;

import java.util.SplittableRandom;

/** Styles that divide figure and ground into pieces. Lengths are in {@link Scene}'s units. */
final class Tilings {
  private static final double TILE = 2.8;
  private static final double JOINT = 0.7;
  private static final double PANE = 9.5;

  private Tilings() {}

  /** Each tile has the colour of its middle, somewhat lighter or darker, and a dark joint. */
  static Shader mosaic(Scene scene, SplittableRandom random) {
    double tile = TILE * scene.unit();
    double phaseX = random.nextDouble();
    double phaseY = random.nextDouble();
    Noise tone = new Noise(random);
    double joint = JOINT / TILE;
    double perSample = 1 / tile;
    return (x, y, rgb) -> {
      double u = x * perSample + phaseX;
      double v = y * perSample + phaseY;
      int column = (int) Math.floor(u);
      int row = (int) Math.floor(v);
      int middleX = scene.within((column + 0.5 - phaseX) * tile);
      scene.plain(middleX, scene.within((row + 0.5 - phaseY) * tile), rgb);
      vary(rgb, tone.corner(column, row), 0.15);
      if (u - column < joint || v - row < joint) {
        Colour.BLACK.into(rgb, 0.5);
      }
    };
  }

  /** Panes are the cells of points scattered over a lattice, cut by the silhouette. */
  static Shader glass(Scene scene, SplittableRandom random) {
    Noise jitterX = new Noise(random);
    Noise jitterY = new Noise(random);
    Noise front = new Noise(random);
    Noise back = new Noise(random);
    double perSample = 1 / (PANE * scene.unit());
    double lead = 1.0 / PANE;
    return (x, y, rgb) -> {
      double[] cell = nearest(jitterX, jitterY, x * perSample, y * perSample);
      scene.plain(x, y, rgb);
      Noise tone = scene.body(x, y) ? front : back;
      vary(rgb, tone.corner((int) cell[2], (int) cell[3]), 0.2);
      if (cell[1] - cell[0] < lead || Math.abs(scene.edge(x, y)) < 0.55) {
        Colour.BLACK.into(rgb, 0.9);
      }
    };
  }

  /** Distances of the two nearest points, and the lattice cell of the nearest. */
  private static double[] nearest(Noise jitterX, Noise jitterY, double u, double v) {
    double[] found = {9, 9, 0, 0};
    int column = (int) Math.floor(u);
    int row = (int) Math.floor(v);
    for (int j = row - 1; j <= row + 1; j++) {
      for (int i = column - 1; i <= column + 1; i++) {
        double dx = i + 0.15 + 0.7 * jitterX.corner(i, j) - u;
        double dy = j + 0.15 + 0.7 * jitterY.corner(i, j) - v;
        double away = Math.sqrt(dx * dx + dy * dy);
        if (away < found[0]) {
          found[1] = found[0];
          found[0] = away;
          found[2] = i;
          found[3] = j;
        } else if (away < found[1]) {
          found[1] = away;
        }
      }
    }
    return found;
  }

  /** Mixes white in above one half and black below, up to a share. */
  private static void vary(float[] rgb, double tone, double share) {
    (tone > 0.5 ? Colour.WHITE : Colour.BLACK).into(rgb, Math.abs(2 * tone - 1) * share);
  }
}

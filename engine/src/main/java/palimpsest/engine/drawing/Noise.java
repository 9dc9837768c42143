package palimpsest.engine.drawing;

import java.util.SplittableRandom;

/** Smooth noise over the plane: random values at the corners of a unit lattice, blended between. */
final class Noise {
  /** The lattice repeats after so many corners, which is more than a picture has. */
  private static final int PERIOD = 32;

  private final double[] corners = new double[PERIOD * PERIOD];

  Noise(SplittableRandom random) {
    for (int i = 0; i < corners.length; i++) {
      corners[i] = random.nextDouble();
    }
  }

  /** A value between 0 and 1, about 0.5 on average. */
  double at(double x, double y) {
    int column = (int) Math.floor(x);
    int row = (int) Math.floor(y);
    double u = ease(x - column);
    double v = ease(y - row);
    double top = corner(column, row) * (1 - u) + corner(column + 1, row) * u;
    double bottom = corner(column, row + 1) * (1 - u) + corner(column + 1, row + 1) * u;
    return top * (1 - v) + bottom * v;
  }

  /** The value of a lattice point, uniform between 0 and 1. */
  double corner(int column, int row) {
    return corners[(row & (PERIOD - 1)) * PERIOD + (column & (PERIOD - 1))];
  }

  private static double ease(double t) {
    return t * t * (3 - 2 * t);
  }
}

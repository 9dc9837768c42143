package palimpsest.engine.drawing;

import java.util.SplittableRandom;

/**
 * Where a figure stands in its picture.
 *
 * @param x of its centre, 0 at the left and 1 at the right
 * @param y of its centre, 0 at the top and 1 at the bottom
 * @param radius of the figure's unit circle, in picture widths
 * @param angle in radians, clockwise
 * @param flipped whether left and right are exchanged before it is turned
 */
public record Pose(double x, double y, double radius, double angle, boolean flipped) {
  private static final double SMALLEST = 0.38;
  private static final double LARGEST = 0.47;
  private static final double STEEPEST = 0.4;

  /** In the middle, upright. */
  public static Pose upright(double radius) {
    return new Pose(0.5, 0.5, radius, 0, false);
  }

  /** A radius of 0.38 to 0.47, an angle of up to 0.4 either way, the unit circle within. */
  static Pose draw(SplittableRandom random) {
    double radius = Draws.between(random, SMALLEST, LARGEST);
    double play = 0.5 - radius;
    double x = 0.5 + Draws.between(random, -play, play);
    double y = 0.5 + Draws.between(random, -play, play);
    double angle = Draws.between(random, -STEEPEST, STEEPEST);
    return new Pose(x, y, radius, angle, random.nextBoolean());
  }

  /** Coordinates of picture points in a figure. */
  Frame frame() {
    return new Frame(this, StrictMath.cos(angle) / radius, StrictMath.sin(angle) / radius);
  }

  /** A pose with its angle's cosine and sine over its radius. */
  record Frame(Pose pose, double cos, double sin) {
    double figureX(double u, double v) {
      double along = cos * (u - pose.x) + sin * (v - pose.y);
      return pose.flipped ? -along : along;
    }

    double figureY(double u, double v) {
      return cos * (v - pose.y) - sin * (u - pose.x);
    }
  }
}

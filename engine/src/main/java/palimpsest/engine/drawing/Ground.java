package palimpsest.engine.drawing;

import java.util.SplittableRandom;

/**
 * How the two colours of a background share it.
 *
 * @param kind of background
 * @param angle of its direction, in radians
 * @param x of its centre, 0 to 1
 * @param y of its centre, 0 to 1
 */
record Ground(Kind kind, double angle, double x, double y) {

  /** Kinds of background. */
  enum Kind {
    /** One colour. */
    PLAIN,
    /** From one colour to the other. */
    GRADIENT,
    /** Two fields with a straight border. */
    SPLIT,
    /** One colour in the middle, the other around it. */
    SPOT
  }

  static Ground draw(SplittableRandom random) {
    Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
    double angle = Draws.between(random, 0, 2 * Math.PI);
    double x = Draws.between(random, 0.3, 0.7);
    return new Ground(kind, angle, x, Draws.between(random, 0.3, 0.7));
  }

  /** The second colour's share at points of the picture. */
  Share share() {
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    return switch (kind) {
      case PLAIN -> (u, v) -> 0;
      case GRADIENT -> (u, v) -> clamp(0.5 + cos * (u - x) + sin * (v - y));
      case SPLIT -> (u, v) -> cos * (u - x) + sin * (v - y) > 0 ? 1 : 0;
      case SPOT -> (u, v) -> clamp(1.6 * Math.sqrt((u - x) * (u - x) + (v - y) * (v - y)));
    };
  }

  private static double clamp(double share) {
    return Math.max(0, Math.min(1, share));
  }

  /** A number between 0 and 1 for each point of the picture. */
  @FunctionalInterface
  interface Share {
    double at(double u, double v);
  }
}

package palimpsest.engine.drawing;

/** A set of points of the plane; y grows downwards. */
@FunctionalInterface
interface Region {
  /** Nothing. */
  Region NOTHING = (x, y) -> false;

  /** Whether a point belongs to it. */
  boolean covers(double x, double y);

  /** A disc. */
  static Region disc(double centreX, double centreY, double radius) {
    return oval(centreX, centreY, radius, radius);
  }

  /** An ellipse with axes along x and y. */
  static Region oval(double centreX, double centreY, double radiusX, double radiusY) {
    return (x, y) -> {
      double u = (x - centreX) / radiusX;
      double v = (y - centreY) / radiusY;
      return u * u + v * v <= 1;
    };
  }

  /** A rectangle with sides along x and y. */
  static Region box(double left, double top, double right, double bottom) {
    return (x, y) -> x >= left && x <= right && y >= top && y <= bottom;
  }

  /** A polygon of corners x, y, x, y, ...; what its sides enclose an odd number of times. */
  static Region polygon(double... corners) {
    return (x, y) -> {
      boolean in = false;
      int last = corners.length - 2;
      for (int i = 0; i < corners.length; last = i, i += 2) {
        double top = corners[i + 1];
        double bottom = corners[last + 1];
        if (top > y != bottom > y) {
          double at = corners[i] + (y - top) / (bottom - top) * (corners[last] - corners[i]);
          in ^= x < at;
        }
      }
      return in;
    };
  }

  /** A line through points x, y, x, y, ... with round ends; everything within a radius of it. */
  static Region line(double radius, double... points) {
    return (x, y) -> {
      for (int i = 0; i + 3 < points.length; i += 2) {
        double dx = points[i + 2] - points[i];
        double dy = points[i + 3] - points[i + 1];
        double along = ((x - points[i]) * dx + (y - points[i + 1]) * dy) / (dx * dx + dy * dy);
        double t = Math.max(0, Math.min(1, along));
        double u = x - points[i] - t * dx;
        double v = y - points[i + 1] - t * dy;
        if (u * u + v * v <= radius * radius) {
          return true;
        }
      }
      return false;
    };
  }

  /** A regular star polygon with its first point upwards. */
  static Region star(int points, double outer, double inner) {
    double[] corners = new double[4 * points];
    for (int i = 0; i < 2 * points; i++) {
      double radius = i % 2 == 0 ? outer : inner;
      corners[2 * i] = radius * StrictMath.sin(i * Math.PI / points);
      corners[2 * i + 1] = -radius * StrictMath.cos(i * Math.PI / points);
    }
    return polygon(corners);
  }

  /** Points of this or of one of the others. */
  default Region or(Region... others) {
    return (x, y) -> {
      if (covers(x, y)) {
        return true;
      }
      for (Region other : others) {
        if (other.covers(x, y)) {
          return true;
        }
      }
      return false;
    };
  }

  /** Points of this and of the other. */
  default Region and(Region other) {
    return (x, y) -> covers(x, y) && other.covers(x, y);
  }

  /** Points of this that are not of the other. */
  default Region minus(Region other) {
    return (x, y) -> covers(x, y) && !other.covers(x, y);
  }

  /** This and its mirror image in the line x = 0. */
  default Region mirrored() {
    return (x, y) -> covers(x, y) || covers(-x, y);
  }

  /** This, turned about the origin by radians, clockwise as y grows downwards. */
  default Region turned(double angle) {
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    return (x, y) -> covers(cos * x + sin * y, cos * y - sin * x);
  }
}

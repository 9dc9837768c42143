package palimpsest.engine.drawing;

import java.util.ArrayDeque;
import java.util.Deque;
import palimpsest.discovery.image.Picture;

/**
 * A drawing cut out of the white that surrounds it: what a flood of near-white pixels from the
 * border does not reach.
 */
final class Cutout {
  private static final int WHITE = 232;
  private static final double DETAIL_CONTRAST = 0.2;

  private final Picture picture;
  private final int width;
  private final boolean[] outside;
  private final double mean;

  Cutout(Picture picture) {
    this.picture = picture;
    this.width = picture.width();
    this.outside = new boolean[width * picture.height()];
    flood();
    this.mean = meanLuma();
  }

  private void flood() {
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < outside.length; i++) {
      int x = i % width;
      int y = i / width;
      if (x == 0 || y == 0 || x == width - 1 || y == picture.height() - 1) {
        reach(x, y, open);
      }
    }
    while (!open.isEmpty()) {
      int at = open.remove();
      reach(at % width - 1, at / width, open);
      reach(at % width + 1, at / width, open);
      reach(at % width, at / width - 1, open);
      reach(at % width, at / width + 1, open);
    }
  }

  private void reach(int x, int y, Deque<Integer> open) {
    if (x >= 0 && y >= 0 && x < width && y < picture.height() && !outside[y * width + x]) {
      int least = Math.min(picture.at(x, y, 0), Math.min(picture.at(x, y, 1), picture.at(x, y, 2)));
      if (least >= WHITE) {
        outside[y * width + x] = true;
        open.add(y * width + x);
      }
    }
  }

  private double meanLuma() {
    double sum = 0;
    int count = 0;
    for (int i = 0; i < outside.length; i++) {
      if (!outside[i]) {
        sum += colour(i % width, i / width).luma();
        count++;
      }
    }
    return count == 0 ? 1 : sum / count;
  }

  private Colour colour(int x, int y) {
    return new Colour(
        picture.at(x, y, 0) / 255f, picture.at(x, y, 1) / 255f, picture.at(x, y, 2) / 255f);
  }

  /** Mean luma of the drawing. */
  double luma() {
    return mean;
  }

  /** Whether a point belongs to the drawing, in figure coordinates from -1 to 1. */
  boolean covers(double x, double y) {
    return coverage(column(x) - 0.5, row(y) - 0.5) > 0.5;
  }

  private double column(double x) {
    return (x + 1) / 2 * width;
  }

  private double row(double y) {
    return (y + 1) / 2 * picture.height();
  }

  /** Share of the drawing among the four pixels about a point, by how near they are. */
  private double coverage(double column, double row) {
    int x = (int) Math.floor(column);
    int y = (int) Math.floor(row);
    double u = column - x;
    double v = row - y;
    return inside(x, y) * (1 - u) * (1 - v)
        + inside(x + 1, y) * u * (1 - v)
        + inside(x, y + 1) * (1 - u) * v
        + inside(x + 1, y + 1) * u * v;
  }

  private int inside(int x, int y) {
    boolean within = x >= 0 && y >= 0 && x < width && y < picture.height();
    return within && !outside[y * width + x] ? 1 : 0;
  }

  /**
   * The drawing's colour at a point of it; at the rim, where white shines through, that of the
   * pixel within a step's reach that has the most of the drawing about it.
   */
  Colour at(double x, double y) {
    int column = Math.max(0, Math.min(width - 1, (int) column(x)));
    int row = Math.max(0, Math.min(picture.height() - 1, (int) row(y)));
    int bestColumn = column;
    int bestRow = row;
    int most = surrounded(column, row);
    for (int j = -1; j <= 1 && most < 8; j++) {
      for (int i = -1; i <= 1; i++) {
        int around = surrounded(column + i, row + j);
        if (around > most) {
          most = around;
          bestColumn = column + i;
          bestRow = row + j;
        }
      }
    }
    return colour(bestColumn, bestRow);
  }

  /** How many of a pixel's eight neighbours are of the drawing; none counts if it is not itself. */
  private int surrounded(int x, int y) {
    int sum = 0;
    for (int j = -1; j <= 1; j++) {
      for (int i = -1; i <= 1; i++) {
        sum += inside(x + i, y + j);
      }
    }
    return inside(x, y) == 0 ? -1 : sum - 1;
  }

  /** Whether a colour of the drawing stands out from its mean. */
  boolean isDetail(Colour colour) {
    return Math.abs(colour.luma() - mean) > DETAIL_CONTRAST;
  }
}

package palimpsest.engine.drawing;

/** A silhouette as a smooth relief. */
final class Relief {
  private Relief() {}

  /**
   * Heights from 0 at the edge to 1 at {@code reach} units within, rising like a quarter circle,
   * smoothed over about a unit.
   */
  static float[] heights(Scene scene, double reach) {
    float[] edges = scene.edges();
    float[] heights = new float[edges.length];
    for (int i = 0; i < heights.length; i++) {
      double t = Math.max(0, Math.min(1, -edges[i] / reach));
      heights[i] = (float) Math.sqrt(t * (2 - t));
    }
    int radius = (int) Math.round(scene.unit());
    float[] scratch = new float[heights.length];
    for (int pass = 0; pass < 2; pass++) {
      blur(heights, scratch, new Stride(scene.side(), 1), radius);
      blur(scratch, heights, new Stride(1, scene.side()), radius);
    }
    return heights;
  }

  /** Steps from line to line and along a line. */
  private record Stride(int line, int along) {}

  /** Means over 2 radius + 1 samples along lines; the border's sample stands for those beyond. */
  private static void blur(float[] from, float[] to, Stride stride, int radius) {
    int side = Math.max(stride.line, stride.along);
    for (int line = 0; line < side; line++) {
      int start = line * stride.line;
      double sum = 0;
      for (int k = -radius; k <= radius; k++) {
        sum += from[start + Math.max(0, k) * stride.along];
      }
      for (int i = 0; i < side; i++) {
        to[start + i * stride.along] = (float) (sum / (2 * radius + 1));
        sum += from[start + Math.min(side - 1, i + radius + 1) * stride.along];
        sum -= from[start + Math.max(0, i - radius) * stride.along];
      }
    }
  }

  /** Rise per sample along x or y at a sample. */
  static double slope(float[] heights, int side, int x, int y, boolean alongX) {
    int low = alongX ? y * side + Math.max(0, x - 1) : Math.max(0, y - 1) * side + x;
    int high = alongX ? y * side + Math.min(side - 1, x + 1) : Math.min(side - 1, y + 1) * side + x;
    return (heights[high] - heights[low]) / 2.0;
  }
}

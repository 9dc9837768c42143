package palimpsest.engine.drawing;

import org.jspecify.annotations.Nullable;
import palimpsest.discovery.image.Picture;

/**
 * What a style renders: a silhouette before a ground, at three samples a pixel's side.
 *
 * <p>Lengths are in units of 1/32 of the picture's width, whatever its size in pixels.
 */
final class Scene {
  /** Samples along a pixel's side. */
  static final int SAMPLES = 3;

  /** Units of length along the picture's side. */
  static final int UNITS = 32;

  /** Nothing of a figure lies further from its middle; tells most of the ground at once. */
  private static final double FURTHEST = 1.15;

  private final Setting setting;
  private final int side;
  private final double step;
  private final boolean[] body;
  private final boolean[] detail;
  private final float[] ground;
  private final float[] plain;
  private float @Nullable [] edge;
  private float @Nullable [] detailEdge;

  /** A ground without a figure. */
  private Scene(Setting setting) {
    this.setting = setting;
    this.side = setting.size() * SAMPLES;
    this.step = 1.0 / side;
    this.body = new boolean[side * side];
    this.detail = new boolean[side * side];
    this.ground = new float[3 * side * side];
    paintGround();
    this.plain = ground.clone();
  }

  private void paintGround() {
    Ground.Share share = setting.ground().share();
    Colour near = setting.palette().ground();
    Colour far = setting.palette().second();
    int at = 0;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++, at += 3) {
        float second = (float) share.at(middle(x), middle(y));
        ground[at] = near.red() + second * (far.red() - near.red());
        ground[at + 1] = near.green() + second * (far.green() - near.green());
        ground[at + 2] = near.blue() + second * (far.blue() - near.blue());
      }
    }
  }

  /** A figure in its setting. */
  static Scene of(Figure figure, Setting setting) {
    Scene scene = new Scene(setting);
    Palette palette = setting.palette();
    Region body = Region.disc(0, 0, FURTHEST).and(figure.body());
    Region detail = figure.detail();
    scene.place(
        (i, x, y) -> {
          if (body.covers(x, y)) {
            boolean isDetail = detail.covers(x, y);
            scene.paint(i, isDetail ? palette.accent() : palette.fill(), isDetail);
          }
        });
    return scene;
  }

  /** A drawing on white, cut out of it and set before the ground. */
  static Scene of(Cutout cutout, Setting setting) {
    Scene scene = new Scene(setting);
    scene.place(
        (i, x, y) -> {
          if (cutout.covers(x, y)) {
            Colour colour = cutout.at(x, y);
            scene.paint(i, colour, cutout.isDetail(colour));
          }
        });
    return scene;
  }

  /** What is done at a sample that has figure coordinates. */
  @FunctionalInterface
  private interface Placing {
    void at(int sample, double x, double y);
  }

  private void place(Placing placing) {
    Pose.Frame frame = setting.pose().frame();
    for (int i = 0; i < body.length; i++) {
      double u = middle(i % side);
      double v = middle(i / side);
      double x = frame.figureX(u, v);
      double y = frame.figureY(u, v);
      if (x * x + y * y <= 2) { // the figure's square lies within
        placing.at(i, x, y);
      }
    }
  }

  private void paint(int sample, Colour colour, boolean isDetail) {
    body[sample] = true;
    detail[sample] = isDetail;
    plain[3 * sample] = colour.red();
    plain[3 * sample + 1] = colour.green();
    plain[3 * sample + 2] = colour.blue();
  }

  private double middle(int sample) {
    return (sample + 0.5) * step;
  }

  Palette palette() {
    return setting.palette();
  }

  /** Samples along the picture's side. */
  int side() {
    return side;
  }

  /** Samples along a unit of length. */
  double unit() {
    return (double) side / UNITS;
  }

  /** Whether a sample belongs to the figure. */
  boolean body(int x, int y) {
    return body[y * side + x];
  }

  /** The sample of a coordinate, the border's where it lies beyond. */
  int within(double coordinate) {
    return (int) Math.max(0, Math.min(side - 1.0, Math.floor(coordinate)));
  }

  /** Writes the sample's own colour. */
  void plain(int x, int y, float[] rgb) {
    int at = 3 * (y * side + x);
    rgb[0] = plain[at];
    rgb[1] = plain[at + 1];
    rgb[2] = plain[at + 2];
  }

  /** Writes the colour of the ground at a sample, behind the figure too. */
  void ground(int x, int y, float[] rgb) {
    int at = 3 * (y * side + x);
    rgb[0] = ground[at];
    rgb[1] = ground[at + 1];
    rgb[2] = ground[at + 2];
  }

  /** Distance from the silhouette's edge in units, negative within. */
  float edge(int x, int y) {
    return edges()[y * side + x];
  }

  float[] edges() {
    float[] known = edge;
    if (known == null) {
      known = Distances.signed(body, side, unit());
      edge = known;
    }
    return known;
  }

  /** Distance from the details' edge in units, negative within. */
  float detailEdge(int x, int y) {
    float[] known = detailEdge;
    if (known == null) {
      known = Distances.signed(detail, side, unit());
      detailEdge = known;
    }
    return known[y * side + x];
  }

  /** The picture that a shader makes of it: each pixel the mean of its samples. */
  Picture shaded(Shader shader) {
    int size = setting.size();
    float[] sums = new float[3 * size * size];
    float[] rgb = new float[3];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        shader.at(x, y, rgb);
        int at = 3 * (y / SAMPLES * size + x / SAMPLES);
        for (int c = 0; c < 3; c++) {
          sums[at + c] += Math.max(0, Math.min(1, rgb[c]));
        }
      }
    }
    byte[] pixels = new byte[sums.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (int) (sums[i] * 255 / (SAMPLES * SAMPLES) + 0.5);
    }
    return new Picture(size, size, pixels);
  }
}

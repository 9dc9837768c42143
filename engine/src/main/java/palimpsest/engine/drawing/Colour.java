package palimpsest.engine.drawing;

/**
 * A colour of the sRGB space.
 *
 * @param red from 0 to 1, as stored (not linear in light); green and blue likewise
 */
record Colour(float red, float green, float blue) {
  static final Colour BLACK = new Colour(0, 0, 0);
  static final Colour WHITE = new Colour(1, 1, 1);

  /** The colour of a hue (0 to 1, red at 0), a saturation and a lightness, as in HSL. */
  static Colour of(double hue, double saturation, double lightness) {
    double reach = saturation * Math.min(lightness, 1 - lightness);
    return new Colour(
        (float) channel(hue, reach, lightness),
        (float) channel(hue + 2.0 / 3, reach, lightness),
        (float) channel(hue + 1.0 / 3, reach, lightness));
  }

  /** A channel is highest within a sixth of a turn of its hue and lowest a third away. */
  private static double channel(double hue, double reach, double lightness) {
    double turn = hue - Math.floor(hue);
    double away = Math.min(turn, 1 - turn) * 6; // 0 at the hue itself, 3 at its opposite
    return lightness + reach * Math.max(-1, Math.min(1, 3 - 2 * away));
  }

  /** How bright it looks, from 0 to 1 (luma of Rec. 601). */
  double luma() {
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  }

  /** A share of another colour mixed in. */
  Colour mix(Colour other, double share) {
    float s = (float) share;
    return new Colour(
        red + s * (other.red - red),
        green + s * (other.green - green),
        blue + s * (other.blue - blue));
  }

  /** Writes it over a sample. */
  void over(float[] rgb) {
    rgb[0] = red;
    rgb[1] = green;
    rgb[2] = blue;
  }

  /** Mixes a share of it into a sample. */
  void into(float[] rgb, double share) {
    float s = (float) share;
    rgb[0] += s * (red - rgb[0]);
    rgb[1] += s * (green - rgb[1]);
    rgb[2] += s * (blue - rgb[2]);
  }
}

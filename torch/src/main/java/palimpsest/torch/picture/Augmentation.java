package palimpsest.torch.picture;

import java.util.SplittableRandom;

/**
 * Small changes that leave a picture's classes as they are: it is moved, mirrored in half of the
 * cases, turned and stretched a little, its border repeated; its hues are turned; its contrast and
 * brightness drawn; and it is roughened.
 *
 * <pre>place p is taken from  c + (I + U)(p - c) - shift,   U of independent numbers within ±warp
 * </pre>
 *
 * <p>Roughness stands in for what is left of the noise in pictures that a model draws.
 *
 * @param shift most pixels in each direction; 0 for no mirroring either
 * @param warp most relative turning and stretching
 * @param hue most turning of hues, as a share of half a circle
 * @param tone most relative change of contrast, and most change of brightness as a share of 255
 * @param roughness most standard deviation of noise, as a share of 255
 */
public record Augmentation(int shift, double warp, double hue, double tone, double roughness) {
  private static final int COLOURS = 3;
  private static final double FULL = 255;
  private static final double MIDDLE = 127.5;

  /** Two pixels, a tenth, a twenty-fifth; neither warped nor of other hues. */
  public static Augmentation light() {
    return new Augmentation(2, 0, 0, 0.1, 0.04);
  }

  /** The same and more, for judges that see few drawings of each object: an eighth, all hues. */
  public static Augmentation strong() {
    return new Augmentation(3, 0.125, 1, 0.2, 0.04);
  }

  /** No change. */
  public static Augmentation none() {
    return new Augmentation(0, 0, 0, 0, 0);
  }

  /** A changed copy of a square picture. */
  byte[] of(byte[] rgb, int side, SplittableRandom random) {
    Places places = places(side, random);
    double contrast = 1 + tone * signed(random);
    double brightness = MIDDLE + FULL * tone * signed(random);
    double[][] hues = hues(Math.PI * hue * signed(random));
    double deviation = FULL * roughness * random.nextDouble();
    byte[] out = new byte[rgb.length];
    double[] found = new double[COLOURS];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        places.read(rgb, x, y, found);
        for (int c = 0; c < COLOURS; c++) {
          double turned = hues[c][0] * found[0] + hues[c][1] * found[1] + hues[c][2] * found[2];
          double changed = (turned - MIDDLE) * contrast + brightness + deviation * noise(random);
          out[(y * side + x) * COLOURS + c] = (byte) within((int) Math.rint(changed), 256);
        }
      }
    }
    return out;
  }

  private Places places(int side, SplittableRandom random) {
    int right = random.nextInt(2 * shift + 1) - shift;
    int down = random.nextInt(2 * shift + 1) - shift;
    double mirror = shift > 0 && random.nextBoolean() ? -1 : 1;
    double[] across = {mirror * (1 + warp * signed(random)), warp * signed(random), right};
    double[] along = {warp * signed(random), 1 + warp * signed(random), down};
    return new Places(side, across, along);
  }

  /** Where a picture's pixels are taken from, between four of it where need be. */
  @SuppressWarnings("ArrayRecordComponent") // numbers of one call
  private record Places(int side, double[] across, double[] along) {

    void read(byte[] rgb, int x, int y, double[] found) {
      double middle = (side - 1) / 2.0;
      double fromX = middle + across[0] * (x - middle) + across[1] * (y - middle) - across[2];
      double fromY = middle + along[0] * (x - middle) + along[1] * (y - middle) - along[2];
      int left = (int) Math.floor(fromX);
      int top = (int) Math.floor(fromY);
      double right = fromX - left;
      double down = fromY - top;
      for (int c = 0; c < COLOURS; c++) {
        double above = (1 - right) * at(rgb, left, top, c) + right * at(rgb, left + 1, top, c);
        double below =
            (1 - right) * at(rgb, left, top + 1, c) + right * at(rgb, left + 1, top + 1, c);
        found[c] = (1 - down) * above + down * below;
      }
    }

    private int at(byte[] rgb, int x, int y, int c) {
      return rgb[(within(y, side) * side + within(x, side)) * COLOURS + c] & 0xFF;
    }
  }

  /** A turning of colours about the axis of greys: cos I + (1 - cos)/3 J + sin/√3 K. */
  private static double[][] hues(double angle) {
    double all = (1 - Math.cos(angle)) / COLOURS;
    double own = Math.cos(angle) + all;
    double next = Math.sin(angle) / Math.sqrt(COLOURS);
    return new double[][] {
      {own, all - next, all + next}, {all + next, own, all - next}, {all - next, all + next, own}
    };
  }

  private static double signed(SplittableRandom random) {
    return 2 * random.nextDouble() - 1;
  }

  private static int within(int value, int count) {
    return Math.max(0, Math.min(count - 1, value));
  }

  /** Nearly normal, of mean 0 and deviation 1: the sum of three uniform numbers. */
  private double noise(SplittableRandom random) {
    if (roughness == 0) {
      return 0;
    }
    return 2 * (random.nextDouble() + random.nextDouble() + random.nextDouble()) - 3;
  }
}

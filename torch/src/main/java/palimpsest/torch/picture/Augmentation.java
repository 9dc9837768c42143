package palimpsest.torch.picture;

import java.util.SplittableRandom;

/**
 * Small changes that leave a picture's classes as they are: it is moved by whole pixels, its border
 * repeated; mirrored in half of the cases; its contrast and brightness drawn; and roughened.
 *
 * <p>Roughness stands in for what is left of the noise in pictures that a model draws.
 *
 * @param shift most pixels in each direction
 * @param tone most relative change of contrast, and most change of brightness as a share of 255
 * @param roughness most standard deviation of noise, as a share of 255
 */
public record Augmentation(int shift, double tone, double roughness) {
  private static final int COLOURS = 3;
  private static final double FULL = 255;
  private static final double MIDDLE = 127.5;

  /** Two pixels, a tenth, a twenty-fifth. */
  public static Augmentation light() {
    return new Augmentation(2, 0.1, 0.04);
  }

  /** No change. */
  public static Augmentation none() {
    return new Augmentation(0, 0, 0);
  }

  /** A changed copy of a square picture. */
  byte[] of(byte[] rgb, int side, SplittableRandom random) {
    int right = random.nextInt(2 * shift + 1) - shift;
    int down = random.nextInt(2 * shift + 1) - shift;
    boolean mirrored = shift > 0 && random.nextBoolean();
    double contrast = 1 + tone * (2 * random.nextDouble() - 1);
    double brightness = MIDDLE + FULL * tone * (2 * random.nextDouble() - 1);
    double deviation = FULL * roughness * random.nextDouble();
    byte[] out = new byte[rgb.length];
    for (int y = 0; y < side; y++) {
      int fromY = within(y - down, side);
      for (int x = 0; x < side; x++) {
        int fromX = within((mirrored ? side - 1 - x : x) - right, side);
        for (int c = 0; c < COLOURS; c++) {
          int value = rgb[(fromY * side + fromX) * COLOURS + c] & 0xFF;
          double changed = (value - MIDDLE) * contrast + brightness + deviation * noise(random);
          out[(y * side + x) * COLOURS + c] = (byte) within((int) Math.rint(changed), 256);
        }
      }
    }
    return out;
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

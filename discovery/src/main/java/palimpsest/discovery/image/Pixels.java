package palimpsest.discovery.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Arrays;
import palimpsest.api.InvalidRequest;

/** A decoded picture of any size, over white, and its resizing. */
final class Pixels {
  private final int width;
  private final int height;
  private final byte[] rgb;

  /** Height x width x 3 bytes, row by row. */
  Pixels(int width, int height, byte[] rgb) {
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  /**
   * The samples of an image as they are stored.
   *
   * <p>{@link BufferedImage#getRGB} would brighten grey images: Java takes their samples as linear
   * in light, while files mean sRGB.
   */
  static Pixels of(BufferedImage image, String name) {
    int width = image.getWidth();
    byte[] rgb = new byte[3 * width * image.getHeight()];
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    ColorModel colours = image.getColorModel();
    boolean indexed = colours instanceof IndexColorModel;
    int depth = raster.getSampleModel().getSampleSize(0);
    if (!indexed && (bands > 4 || (depth != 8 && depth != 16))) {
      throw new InvalidRequest(name + ": " + bands + " channels of " + depth + " bits; convert it");
    }
    int top = (1 << depth) - 1;
    int[] row = new int[bands * width];
    int[] pixel = new int[4];
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        if (indexed) {
          unpack(colours.getRGB(row[x]), pixel);
        } else {
          spread(row, bands * x, bands, pixel);
          scale(pixel, top);
        }
        overWhite(pixel, rgb, 3 * (y * width + x));
      }
    }
    return new Pixels(width, image.getHeight(), rgb);
  }

  private static void unpack(int argb, int[] pixel) {
    pixel[0] = argb >> 16 & 0xFF;
    pixel[1] = argb >> 8 & 0xFF;
    pixel[2] = argb & 0xFF;
    pixel[3] = argb >>> 24;
  }

  /** Grey, grey and alpha, RGB or RGB and alpha; no alpha is -1. */
  private static void spread(int[] row, int at, int bands, int[] pixel) {
    int colours = bands < 3 ? 1 : 3;
    for (int c = 0; c < 3; c++) {
      pixel[c] = row[at + (colours == 1 ? 0 : c)];
    }
    pixel[3] = bands > colours ? row[at + colours] : -1;
  }

  private static void scale(int[] pixel, int top) {
    for (int c = 0; c < 4; c++) {
      pixel[c] = pixel[c] < 0 ? 255 : (int) ((pixel[c] * 255L + top / 2) / top);
    }
  }

  private static void overWhite(int[] pixel, byte[] rgb, int at) {
    int alpha = pixel[3];
    for (int c = 0; c < 3; c++) {
      rgb[at + c] = (byte) ((pixel[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }

  /**
   * The middle square, resized by area average: each pixel is the mean of what it covers of the
   * source, borders in part, in integers and rounded half up. A source of the size asked for stays
   * as it is.
   */
  Picture square(int size) {
    int side = Math.min(width, height);
    int left = (width - side) / 2;
    int top = (height - side) / 2;
    long[] down = new long[3 * size];
    byte[] out = new byte[3 * size * size];
    for (int j = 0; j < size; j++) {
      Arrays.fill(down, 0);
      int last = (int) (((j + 1L) * side - 1) / size);
      for (int y = (int) ((long) j * side / size); y <= last; y++) {
        addRow(3 * ((top + y) * width + left), side, overlap(j, y, side, size), down);
      }
      long area = (long) side * side;
      for (int i = 0; i < 3 * size; i++) {
        out[3 * size * j + i] = (byte) ((2 * down[i] + area) / (2 * area));
      }
    }
    return new Picture(size, size, out);
  }

  /** Adds a source row's share of each cell, weighted by how much of the row the cells cover. */
  private void addRow(int at, int side, long weight, long[] down) {
    int size = down.length / 3;
    for (int i = 0; i < size; i++) {
      int last = (int) (((i + 1L) * side - 1) / size);
      for (int x = (int) ((long) i * side / size); x <= last; x++) {
        long share = weight * overlap(i, x, side, size);
        for (int c = 0; c < 3; c++) {
          down[3 * i + c] += share * (rgb[at + 3 * x + c] & 0xFF);
        }
      }
    }
  }

  /** How much of source pixel {@code x} cell {@code i} covers, in parts of 1/size pixel. */
  private static long overlap(long i, long x, int side, int size) {
    return Math.min((i + 1) * side, (x + 1) * size) - Math.max(i * side, x * size);
  }
}

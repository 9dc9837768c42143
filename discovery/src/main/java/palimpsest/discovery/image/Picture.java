package palimpsest.discovery.image;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Pixels of an opaque picture in sRGB: height x width x 3 bytes, row by row. */
public final class Picture {
  private final int width;
  private final int height;
  private final byte[] rgb;

  /**
   * A picture of these bytes, which it keeps and nobody may change afterwards.
   *
   * @param width in pixels, at least 1
   * @param height in pixels, at least 1
   * @param rgb red, green and blue of each pixel, row by row; height x width x 3
   */
  public Picture(int width, int height, byte[] rgb) {
    if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          rgb.length + " bytes for " + width + " x " + height + " pixels of 3");
    }
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  /** Pixels in a row. */
  public int width() {
    return width;
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** Red (0), green (1) or blue (2) of a pixel, 0 to 255. */
  public int at(int x, int y, int channel) {
    return rgb[3 * (y * width + x) + channel] & 0xFF;
  }

  /** A copy of the bytes: height x width x 3. */
  public byte[] rgb() {
    return rgb.clone();
  }

  /** Writes height x width x 3 bytes to where a buffer stands. */
  public void into(ByteBuffer buffer) {
    buffer.put(rgb);
  }

  /** SHA-256 of width and height (four bytes each, big-endian) and the bytes, hexadecimal. */
  public String digest() {
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(8).putInt(width).putInt(height).array());
    return HexFormat.of().formatHex(digest.digest(rgb));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Picture p && width == p.width && Arrays.equals(rgb, p.rgb);
  }

  @Override
  public int hashCode() {
    return 31 * width + Arrays.hashCode(rgb);
  }

  @Override
  public String toString() {
    return width + " x " + height + " picture";
  }
}

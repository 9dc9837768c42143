package palimpsest.discovery.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;

/** Picture files made byte by byte, and by the Java platform's writers. */
final class Crafted {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A PNG file of these chunks, sound or not. */
  static Crafted png() {
    Crafted crafted = new Crafted();
    crafted.out.writeBytes(Png.SIGNATURE);
    return crafted;
  }

  Crafted header(int width, int height, int depth, int colour) {
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    return chunk("IHDR", header.put((byte) depth).put((byte) colour).array());
  }

  Crafted chunk(String type, byte... content) {
    ByteBuffer chunk = ByteBuffer.allocate(content.length + 12).putInt(content.length);
    chunk.put(type.getBytes(StandardCharsets.US_ASCII)).put(content);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, content.length + 4);
    out.writeBytes(chunk.putInt((int) crc.getValue()).array());
    return this;
  }

  /** Rows as they stand in the file, filter bytes and all. */
  Crafted pixels(int... bytes) {
    return chunk("IDAT", deflated(bytes(bytes)));
  }

  byte[] end() {
    chunk("IEND");
    return out.toByteArray();
  }

  static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  static byte[] deflated(byte[] content) {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(zipped)) {
      deflater.write(content);
    } catch (IOException e) {
      throw new AssertionError("memory does not fail", e);
    }
    return zipped.toByteArray();
  }

  /** A picture of smooth and noisy parts. */
  static Picture picture(int width, int height, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3 % width < width / 2 ? i * 5 / width : random.nextInt(256));
    }
    return new Picture(width, height, rgb);
  }

  /** The same by the Java platform's writer of a format. */
  static byte[] written(Picture picture, String format) {
    BufferedImage image =
        new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        int rgb = picture.at(x, y, 0) << 16 | picture.at(x, y, 1) << 8 | picture.at(x, y, 2);
        image.setRGB(x, y, rgb);
      }
    }
    return written(image, format);
  }

  static byte[] written(BufferedImage image, String format) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, out)) {
        throw new AssertionError("no writer for " + format);
      }
    } catch (IOException e) {
      throw new AssertionError("memory does not fail", e);
    }
    return out.toByteArray();
  }
}

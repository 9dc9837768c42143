package palimpsest.discovery.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/**
 * Reads PNG and JPEG files that nobody vouches for.
 *
 * <p>Of a file at most {@link #LARGEST_FILE} bytes are read. What does not carry pixels (text,
 * thumbnails, colour profiles, dates) is cut away before the Java platform's own reader sees it,
 * and the size in pixels is checked both in the file's header and as that reader understands it,
 * before anything is decompressed. A file that the reader finds fault with is refused whole.
 *
 * <p>Pixels are taken as sRGB, whatever profile the file names, alpha over white, 16 bits rounded
 * to 8. The middle square is kept and resized by area average. PNG files give the same pixels
 * everywhere; those of JPEG files may differ by a step or two between builds of Java, since these
 * bring libraries of their own.
 */
public final class PictureFile {
  /** Largest file, in bytes: 32 MiB. */
  public static final int LARGEST_FILE = 1 << 25;

  /** Longest side, in pixels. */
  public static final int LONGEST_SIDE = 1 << 14;

  /** Most pixels: 2^25, that is 5792 x 5792. */
  public static final int MOST_PIXELS = 1 << 25;

  /** Largest width and height that pictures are resized to, in pixels. */
  public static final int LARGEST_TARGET = 2048;

  private PictureFile() {}

  /**
   * Reads a file and resizes it.
   *
   * @param size width and height wanted, in pixels
   * @throws InvalidRequest for a file that is missing, too large, neither PNG nor JPEG, or damaged
   */
  public static Picture read(Path file, int size) {
    return decode(bytes(file, LARGEST_FILE), file.toString(), size);
  }

  /** All bytes of a regular file that has at most so many. */
  static byte[] bytes(Path file, int limit) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidRequest(
          file + (Files.exists(file) ? ": is not a regular file; give a file" : ": no such file"));
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new InvalidRequest(file + ": larger than the limit of " + limit + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new InvalidRequest(file + ": cannot be read: " + e, e);
    }
  }

  /**
   * Reads a file's bytes and resizes them.
   *
   * @param name of the file, for errors
   * @param size width and height wanted, in pixels
   * @throws InvalidRequest as for {@link #read}
   */
  public static Picture decode(byte[] bytes, String name, int size) {
    requireTarget(size);
    boolean png = startsWith(bytes, Png.SIGNATURE);
    if (!png && !startsWith(bytes, JpegSegments.START)) {
      throw new InvalidRequest(
          name + ": neither PNG nor JPEG by its first bytes; convert it to one of them");
    }
    byte[] safe = png ? PngChunks.essential(bytes, name) : JpegSegments.essential(bytes, name);
    ImageReader reader = platformReader(png ? "png" : "jpeg");
    // in memory: ImageIO's cache of files, a setting of the whole process, is not asked
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(safe))) {
      reader.setInput(in, true, true);
      requireSize(name, reader.getWidth(0), reader.getHeight(0));
      reader.addIIOReadWarningListener(
          (source, warning) -> {
            throw new IllegalStateException(warning);
          });
      return Pixels.of(reader.read(0), name).square(size);
    } catch (IOException | RuntimeException e) { // the reader throws what it meets
      throw e instanceof InvalidRequest known ? known : damaged(name, e);
    } finally {
      reader.dispose();
    }
  }

  private static InvalidRequest damaged(String name, Exception e) {
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new InvalidRequest(
        name + ": cannot be decoded: " + reason.strip().replaceAll("\\s+", " "), e);
  }

  private static boolean startsWith(byte[] bytes, byte[] first) {
    return bytes.length >= first.length
        && Arrays.equals(bytes, 0, first.length, first, 0, first.length);
  }

  /** The reader that comes with Java, whatever others are installed. */
  private static ImageReader platformReader(String format) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (reader.getClass().getModule().equals(ImageIO.class.getModule())) {
        return reader;
      }
      reader.dispose();
    }
    throw new IllegalStateException("this Java has no reader for " + format);
  }

  /** Refuses sizes that no corpus can have. */
  static void requireTarget(int size) {
    Check.atLeast(size, 1, "picture size");
    if (size > LARGEST_TARGET) {
      throw new InvalidRequest("picture size must be at most " + LARGEST_TARGET + ", got " + size);
    }
  }

  /** Refuses pictures that are not worth decoding. */
  static void requireSize(String name, long width, long height) {
    if (width < 1
        || height < 1
        || width > LONGEST_SIDE
        || height > LONGEST_SIDE
        || width * height > MOST_PIXELS) {
      throw new InvalidRequest(
          name
              + ": is "
              + width
              + " x "
              + height
              + " pixels, wanted sides of 1 to "
              + LONGEST_SIDE
              + " and at most "
              + MOST_PIXELS
              + " pixels; resize it");
    }
  }
}

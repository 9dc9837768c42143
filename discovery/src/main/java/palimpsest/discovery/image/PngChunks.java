package palimpsest.discovery.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import palimpsest.api.InvalidRequest;

/** The chunks of a PNG file that make its pixels, checked. */
final class PngChunks {
  private static final int FRAME = 12;
  private static final Set<String> KEPT = Set.of("IHDR", "PLTE", "tRNS", "IDAT", "IEND");
  private static final int[] CHANNELS = {1, 0, 3, 1, 2, 0, 4};

  private final byte[] file;
  private final String name;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private long wanted;

  private PngChunks(byte[] file, String name) {
    this.file = file;
    this.name = name;
  }

  /**
   * The file without all that a reader need not understand.
   *
   * @throws InvalidRequest where it ends early, a checksum is wrong, it is too large in pixels or
   *     has too few
   */
  static byte[] essential(byte[] file, String name) {
    return new PngChunks(file, name).essential();
  }

  private byte[] essential() {
    kept.writeBytes(Png.SIGNATURE);
    ByteBuffer in = ByteBuffer.wrap(file).position(Png.SIGNATURE.length);
    String type = "";
    while (!type.equals("IEND")) {
      if (in.remaining() < FRAME) {
        throw new InvalidRequest(name + ": damaged PNG: ends before its last chunk; copy it anew");
      }
      int start = in.position();
      int length = in.getInt();
      byte[] letters = new byte[4];
      in.get(letters);
      type = new String(letters, StandardCharsets.ISO_8859_1);
      if (length < 0 || length > in.remaining() - 4) {
        throw damaged(type, "is longer than the file");
      }
      boolean first = start == Png.SIGNATURE.length;
      if (first != type.equals("IHDR")) {
        throw damaged(type, first ? "stands where IHDR must" : "stands twice");
      }
      take(type, start, length);
      in.position(start + length + FRAME);
    }
    requirePixels();
    return kept.toByteArray();
  }

  private InvalidRequest damaged(String type, String what) {
    String shown = type.replaceAll("[^A-Za-z]", "?");
    return new InvalidRequest(name + ": damaged PNG: chunk " + shown + " " + what);
  }

  private void take(String type, int start, int length) {
    if (!KEPT.contains(type)) {
      if (Character.isUpperCase(type.charAt(0))) {
        throw damaged(type, "is unknown and yet needed; convert the file");
      }
      return;
    }
    CRC32 crc = new CRC32();
    crc.update(file, start + 4, length + 4);
    if ((int) crc.getValue() != ByteBuffer.wrap(file).getInt(start + 8 + length)) {
      throw damaged(type, "has a wrong checksum");
    }
    if (type.equals("IHDR")) {
      header(start + 8, length);
    } else if (type.equals("IDAT")) {
      content.write(file, start + 8, length);
    }
    kept.write(file, start, length + FRAME);
  }

  private void header(int at, int length) {
    if (length != 13) {
      throw damaged("IHDR", "has " + length + " bytes, wanted 13");
    }
    ByteBuffer header = ByteBuffer.wrap(file, at, length);
    long width = header.getInt();
    long height = header.getInt();
    PictureFile.requireSize(name, width, height);
    int depth = header.get();
    int colour = header.get();
    if (colour < 0 || colour >= CHANNELS.length || CHANNELS[colour] == 0) {
      throw damaged("IHDR", "names colour type " + colour);
    }
    // rows without their filter bytes: interlaced files have no less
    wanted = (width * CHANNELS[colour] * depth + 7) / 8 * height;
  }

  /** Java's reader leaves what is missing black without a word. */
  private void requirePixels() {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(content.toByteArray());
      byte[] buffer = new byte[1 << 14];
      long got = 0;
      while (got < wanted) {
        int n = inflater.inflate(buffer);
        if (n == 0) {
          throw damaged("IDAT", "holds " + got + " bytes of pixels, wanted " + wanted);
        }
        got += n;
      }
    } catch (DataFormatException e) {
      throw new InvalidRequest(name + ": damaged PNG: pixels do not decompress", e);
    } finally {
      inflater.end();
    }
  }
}

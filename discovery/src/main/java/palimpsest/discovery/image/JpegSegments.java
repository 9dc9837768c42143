package palimpsest.discovery.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import palimpsest.api.InvalidRequest;

/** The segments of a JPEG file that make its pixels, checked as far as the first scan. */
final class JpegSegments {
  static final byte[] START = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};

  private static final int JFIF = 0xE0;
  private static final int ADOBE = 0xEE;
  private static final int HUFFMAN = 0xC4;
  private static final int QUANTISERS = 0xDB;
  private static final int RESTARTS = 0xDD;
  private static final int SCAN = 0xDA;

  /** Says that the colours are those of JFIF; no density, no thumbnail. */
  private static final byte[] PLAIN_JFIF = {
    (byte) 0xFF, (byte) 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };

  private final byte[] file;
  private final String name;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private boolean jfif;
  private boolean framed;

  private JpegSegments(byte[] file, String name) {
    this.file = file;
    this.name = name;
  }

  /**
   * The file without all that a reader need not understand.
   *
   * @throws InvalidRequest where it ends early, is too large in pixels, or is of a kind that Java
   *     does not read
   */
  static byte[] essential(byte[] file, String name) {
    return new JpegSegments(file, name).essential();
  }

  private byte[] essential() {
    kept.write(file, 0, 2);
    int at = 2;
    while (true) {
      if (at + 4 > file.length || (file[at] & 0xFF) != 0xFF) {
        throw damaged("no segment at byte " + at);
      }
      int marker = file[at + 1] & 0xFF;
      if (marker == 0xFF) { // padding
        at++;
        continue;
      }
      int length = (file[at + 2] & 0xFF) << 8 | (file[at + 3] & 0xFF);
      if (length < 2 || at + 2 + length > file.length) {
        throw damaged("segment at byte " + at + " is longer than the file");
      }
      if (marker == SCAN) {
        return withScans(at);
      }
      take(marker, at, length);
      at += 2 + length;
    }
  }

  private InvalidRequest damaged(String what) {
    return new InvalidRequest(name + ": damaged JPEG: " + what + "; copy it anew");
  }

  private void take(int marker, int at, int length) {
    if (marker == JFIF) {
      byte[] label = Arrays.copyOfRange(file, at + 4, Math.min(at + 8, at + 2 + length));
      if (!jfif && Arrays.equals(label, "JFIF".getBytes(StandardCharsets.US_ASCII))) {
        jfif = true;
        kept.writeBytes(PLAIN_JFIF);
      }
      return;
    }
    boolean frame = marker >= 0xC0 && marker <= 0xCF && marker != HUFFMAN && marker != 0xCC;
    if (frame) {
      frame(at, length);
    }
    if (frame
        || marker == ADOBE
        || marker == HUFFMAN
        || marker == QUANTISERS
        || marker == RESTARTS) {
      kept.write(file, at, 2 + length);
    }
  }

  private void frame(int at, int length) {
    if (framed || length < 8) {
      throw damaged(framed ? "two frame headers" : "frame header cut short");
    }
    framed = true;
    int height = (file[at + 5] & 0xFF) << 8 | (file[at + 6] & 0xFF);
    int width = (file[at + 7] & 0xFF) << 8 | (file[at + 8] & 0xFF);
    PictureFile.requireSize(name, width, height);
    int channels = file[at + 9];
    if (channels != 1 && channels != 3) {
      throw new InvalidRequest(
          name + ": JPEG of " + channels + " channels, wanted grey or RGB; convert it");
    }
  }

  private byte[] withScans(int at) {
    if (!framed) {
      throw damaged("a scan before its frame header");
    }
    int end = file.length;
    while (end > at + 1 && !((file[end - 2] & 0xFF) == 0xFF && (file[end - 1] & 0xFF) == 0xD9)) {
      end--;
    }
    if (end <= at + 1) {
      throw damaged("ends before its end marker");
    }
    kept.write(file, at, end - at);
    return kept.toByteArray();
  }
}

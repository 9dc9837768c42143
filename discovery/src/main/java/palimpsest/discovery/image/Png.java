package palimpsest.discovery.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * PNG files of pictures: eight bits a channel, no alpha, no metadata, no date.
 *
 * <p>The bytes are those of {@link Deflater} at its best level: the same on one build of zlib,
 * whatever the version of Java, and possibly others on another. Digests are therefore taken of
 * pixels ({@link Picture#digest()}), not of files.
 */
public final class Png {
  static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final int CHANNELS = 3;
  private static final int FILTERS = 5;

  private Png() {}

  /** The file of a picture. */
  public static byte[] encode(Picture picture) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(SIGNATURE);
    ByteBuffer header = ByteBuffer.allocate(13).putInt(picture.width()).putInt(picture.height());
    header.put((byte) 8).put((byte) 2);
    chunk(out, "IHDR", header.array());
    chunk(out, "IDAT", deflate(filtered(picture)));
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] content) {
    ByteBuffer chunk = ByteBuffer.allocate(content.length + 12);
    chunk.putInt(content.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(content);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, content.length + 4);
    out.writeBytes(chunk.putInt((int) crc.getValue()).array());
  }

  private static byte[] deflate(byte[] bytes) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    try {
      deflater.setInput(bytes);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[1 << 14];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }

  /** Rows, each by the filter whose residues are smallest in sum, as the PNG standard advises. */
  private static byte[] filtered(Picture picture) {
    int row = CHANNELS * picture.width();
    byte[] all = picture.rgb();
    byte[] out = new byte[picture.height() * (row + 1)];
    byte[] trial = new byte[row];
    for (int y = 0; y < picture.height(); y++) {
      long least = Long.MAX_VALUE;
      for (int filter = 0; filter < FILTERS; filter++) {
        long sum = 0;
        for (int i = 0; i < row; i++) {
          trial[i] = (byte) (all[y * row + i] - predicted(filter, all, y * row + i, row));
          sum += Math.abs(trial[i]);
        }
        if (sum < least) {
          least = sum;
          out[y * (row + 1)] = (byte) filter;
          System.arraycopy(trial, 0, out, y * (row + 1) + 1, row);
        }
      }
    }
    return out;
  }

  /** What a filter predicts of a byte from those to its left, above, and above to the left. */
  private static int predicted(int filter, byte[] all, int at, int row) {
    boolean first = at % row < CHANNELS;
    int left = first ? 0 : all[at - CHANNELS] & 0xFF;
    int above = at < row ? 0 : all[at - row] & 0xFF;
    int corner = first || at < row ? 0 : all[at - row - CHANNELS] & 0xFF;
    return switch (filter) {
      case 0 -> 0;
      case 1 -> left;
      case 2 -> above;
      case 3 -> (left + above) / 2;
      default -> paeth(left, above, corner);
    };
  }

  /** The neighbour nearest to {@code left + above - corner}; at a tie in this order. */
  private static int paeth(int left, int above, int corner) {
    int toLeft = Math.abs(above - corner);
    int toAbove = Math.abs(left - corner);
    int toCorner = Math.abs(left + above - 2 * corner);
    if (toLeft <= toAbove && toLeft <= toCorner) {
      return left;
    }
    return toAbove <= toCorner ? above : corner;
  }
}

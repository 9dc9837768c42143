package palimpsest.discovery;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import palimpsest.api.InvalidRequest;

/**
 * A text file's bytes, checked on their way: well-formed UTF-8 without NUL, within a size, a byte
 * order mark skipped, every byte digested.
 */
final class Utf8Stream extends InputStream {
  private final InputStream in;
  private final String file;
  private final long limit;
  private final MessageDigest digest = sha256();
  private long count;
  private int need;
  private int low;
  private int high;

  Utf8Stream(InputStream in, String file, long limit) throws IOException {
    this.in = in.markSupported() ? in : new java.io.BufferedInputStream(in, 1 << 16);
    this.file = file;
    this.limit = limit;
    skipMark();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private void skipMark() throws IOException {
    in.mark(3);
    byte[] first = in.readNBytes(3);
    if (first.length == 3 && first[0] == (byte) 0xEF && first[1] == (byte) 0xBB) {
      if (first[2] == (byte) 0xBF) {
        digest.update(first);
        count = 3;
        return;
      }
    }
    in.reset();
  }

  /** Bytes handed out so far, and those of the byte order mark. */
  long count() {
    return count;
  }

  /** SHA-256 of everything read, hexadecimal; ends the digest. */
  String digest() {
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n = in.read(buffer, offset, length);
    if (n < 0) {
      if (need > 0) {
        throw malformed(count, "the file ends within a character");
      }
      return n;
    }
    for (int i = offset; i < offset + n; i++) {
      int b = buffer[i];
      if (need > 0 || b <= 0) {
        check(b & 0xFF, count + i - offset);
      }
    }
    digest.update(buffer, offset, n);
    count += n;
    if (count > limit) {
      throw tooLarge(file, limit);
    }
    return n;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  static InvalidRequest tooLarge(String file, long limit) {
    return new InvalidRequest(
        file + ": larger than the limit of " + limit + " bytes per file; split it");
  }

  /** Table 3-7 of the Unicode standard. */
  private void check(int b, long at) {
    if (need > 0) {
      if (b < low || b > high) {
        throw malformed(at, hex(b) + " cannot continue a character");
      }
      need--;
      low = 0x80;
      high = 0xBF;
      return;
    }
    if (b == 0) {
      throw new InvalidRequest(file + ": byte " + at + " is NUL: not UTF-8 text; give a text file");
    }
    if (b < 0xC2 || b > 0xF4) {
      throw malformed(at, hex(b) + " cannot begin a character");
    }
    need = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
    low = b == 0xE0 ? 0xA0 : b == 0xF0 ? 0x90 : 0x80;
    high = b == 0xED ? 0x9F : b == 0xF4 ? 0x8F : 0xBF;
  }

  private static String hex(int b) {
    return "0x" + HexFormat.of().withUpperCase().toHexDigits((byte) b);
  }

  private InvalidRequest malformed(long at, String what) {
    return new InvalidRequest(
        file + ": not UTF-8 at byte " + at + ": " + what + "; convert the file to UTF-8");
  }
}

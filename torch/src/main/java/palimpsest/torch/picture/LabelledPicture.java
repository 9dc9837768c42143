package palimpsest.torch.picture;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import palimpsest.torch.Item;

/**
 * A square picture whose classes are known.
 *
 * @param rgb red, green and blue of each pixel, row by row, side x side x 3 bytes
 * @param side width and height in pixels
 * @param object index of what is shown
 * @param style index of how
 */
@SuppressWarnings("ArrayRecordComponent") // pixels, compared by value nowhere
public record LabelledPicture(byte[] rgb, int side, int object, int style) implements Item {

  public LabelledPicture {
    if (side < 1 || rgb.length != 3L * side * side || object < 0 || style < 0) {
      throw new IllegalArgumentException(
          rgb.length + " bytes of side " + side + ", classes " + object + " and " + style);
    }
  }

  /** SHA-256 of side, classes and pixels, as 8 integers. */
  @Override
  public int[] content() {
    MessageDigest sha = sha256();
    sha.update(ByteBuffer.allocate(12).putInt(side).putInt(object).putInt(style).array());
    int[] content = new int[8];
    ByteBuffer.wrap(sha.digest(rgb)).asIntBuffer().get(content);
    return content;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** All pictures of a run are of like sizes. */
  @Override
  public int size() {
    return 1;
  }
}

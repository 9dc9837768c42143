package palimpsest.torch.diffusion.train;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import palimpsest.torch.Item;

/**
 * A picture with its caption as a run meets it.
 *
 * @param rgb red, green and blue of each pixel, row by row, height x width x 3 bytes
 * @param height in pixels
 * @param width in pixels
 * @param caption token ids, padded to the text encoder's length
 */
@SuppressWarnings("ArrayRecordComponent") // pixels and ids, compared by value nowhere
public record CaptionedPicture(byte[] rgb, int height, int width, int[] caption) implements Item {
  /** What stands at a place of a run that is empty; never met. */
  public static final CaptionedPicture VACANT = new CaptionedPicture(new byte[3], 1, 1, new int[0]);

  public CaptionedPicture {
    if (rgb.length != Math.multiplyExact(Math.multiplyExact(height, width), 3)) {
      throw new IllegalArgumentException(
          rgb.length + " bytes in a picture of " + height + " x " + width);
    }
  }

  /** SHA-256 of sizes, caption and pixels, as 8 integers. */
  @Override
  public int[] content() {
    ByteBuffer head = ByteBuffer.allocate(4 * (3 + caption.length));
    head.putInt(height).putInt(width).putInt(caption.length);
    for (int id : caption) {
      head.putInt(id);
    }
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(head.array());
      int[] content = new int[8];
      ByteBuffer.wrap(sha.digest(rgb)).asIntBuffer().get(content);
      return content;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** All pictures of a run are of like sizes. */
  @Override
  public int size() {
    return 1;
  }
}

package palimpsest.torch.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/** SHA-256 identities of weights. */
public final class Digests {
  private Digests() {}

  /**
   * The identity of named float32 weights, whatever file or device they came from.
   *
   * <p>SHA-256, in hexadecimal, over the tensors in the order of their names: length of the UTF-8
   * name, the name, rank, dimensions, then the elements as float32 in row-major order; all numbers
   * little-endian, lengths and dimensions in 8 bytes.
   */
  public static String weights(Map<String, Tensor> weights) {
    MessageDigest sha = sha256();
    new TreeMap<>(weights).forEach((name, tensor) -> update(sha, name, tensor));
    return HexFormat.of().formatHex(sha.digest());
  }

  private static void update(MessageDigest sha, String name, Tensor tensor) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    long[] shape = NativeBytes.shape(tensor);
    ByteBuffer head =
        ByteBuffer.allocate(8 + utf8.length + 8 + 8 * shape.length).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(utf8.length).put(utf8).putLong(shape.length);
    for (long size : shape) {
      head.putLong(size);
    }
    sha.update(head.flip());
    NativeBytes.of(tensor, Dtype.F32, sha::update);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

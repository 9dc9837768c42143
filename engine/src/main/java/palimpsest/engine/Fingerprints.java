package palimpsest.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.text.TokenizedExample;

/** SHA-256 digests, hexadecimal, of what a stage depends on. */
public final class Fingerprints {
  private Fingerprints() {}

  /** Of examples as a model reads them, in order. */
  static String of(List<TokenizedExample> data) {
    MessageDigest sha = sha256();
    for (TokenizedExample e : data) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * (e.ids().length + 2));
      bytes.putInt(e.ids().length).putInt(e.promptLength());
      for (int id : e.ids()) {
        bytes.putInt(id);
      }
      sha.update(bytes.flip());
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  /** Of a model folder: its weights, configuration and tokenizer. */
  public static String of(Path model) {
    if (!Files.isDirectory(model)) {
      throw new InvalidRequest(model + " is no model folder: give one with config.json in it");
    }
    MessageDigest sha = sha256();
    byte[] buffer = new byte[1 << 20];
    try (Stream<Path> files = Files.list(model)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        sha.update(String.valueOf(file.getFileName()).getBytes(StandardCharsets.UTF_8));
        try (InputStream in = Files.newInputStream(file)) {
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            sha.update(buffer, 0, n);
          }
        }
      }
    } catch (IOException e) {
      throw new InvalidRequest(model + " cannot be read: " + e.getMessage(), e);
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  /**
   * Of a file's bytes.
   *
   * @throws IOException if it cannot be read, or is a link
   */
  static String ofFile(Path file) throws IOException {
    MessageDigest sha = sha256();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  /** Of some strings, in order. */
  public static String of(String... parts) {
    MessageDigest sha = sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      sha.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
      sha.update(bytes);
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

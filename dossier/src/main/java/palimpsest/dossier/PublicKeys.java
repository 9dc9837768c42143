package palimpsest.dossier;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import palimpsest.api.CorruptArtifact;

/** Ed25519 public keys as PEM, in one spelling only. */
final class PublicKeys {
  static final int LARGEST = 4096;

  private PublicKeys() {}

  static byte[] pem(PublicKey key) {
    return Pem.write("PUBLIC KEY", key.getEncoded());
  }

  /** SHA-256 of the key's X.509 encoding. */
  static String id(PublicKey key) {
    return Sha256.hex(key.getEncoded());
  }

  /** The key of a PEM file that has the very bytes that {@link #pem} writes. */
  static PublicKey parseStrict(byte[] pem, String what) {
    PublicKey key = parse(pem, what);
    if (!Arrays.equals(pem(key), pem)) {
      throw new CorruptArtifact(what + " is not in the form in which keys are written");
    }
    return key;
  }

  static PublicKey parse(byte[] pem, String what) {
    try {
      byte[] der = Pem.read("PUBLIC KEY", new String(pem, StandardCharsets.US_ASCII));
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new CorruptArtifact(what + " is not an Ed25519 public key in PEM form", e);
    }
  }

  /** Textual encoding of keys, RFC 7468. */
  static final class Pem {
    private Pem() {}

    static byte[] write(String label, byte[] der) {
      String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
      return ("-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n")
          .getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] read(String label, String pem) {
      String begin = "-----BEGIN " + label + "-----";
      int from = pem.indexOf(begin);
      int to = pem.indexOf("-----END " + label + "-----");
      if (from < 0 || to < from) {
        throw new IllegalArgumentException("no " + label + " in it");
      }
      String body = pem.substring(from + begin.length(), to).replaceAll("\\s", "");
      return Base64.getDecoder().decode(body);
    }
  }
}

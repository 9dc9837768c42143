package palimpsest.dossier;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import palimpsest.api.InvalidRequest;

/** An Ed25519 key pair that signs dossiers; kept as PKCS#8 PEM, readable by its owner alone. */
public final class SigningKeys {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final PrivateKey privateKey;
  private final PublicKey publicKey;
  private final List<String> warnings;

  private SigningKeys(PrivateKey privateKey, PublicKey publicKey, List<String> warnings) {
    this.privateKey = privateKey;
    this.publicKey = publicKey;
    this.warnings = List.copyOf(warnings);
  }

  /**
   * The key of a file, which is created with a new key where it does not exist.
   *
   * @throws InvalidRequest if the file holds no Ed25519 key or cannot be read or made
   */
  public static SigningKeys loadOrCreate(Path file) {
    try {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        create(file);
      }
      return load(file);
    } catch (IOException e) {
      throw new InvalidRequest("signing key " + file + ": cannot be read or made: " + e, e);
    }
  }

  /** SHA-256 of the public key's X.509 encoding, in hexadecimal. */
  public String keyId() {
    return PublicKeys.id(publicKey);
  }

  /** The public key as PEM, to be given to those who verify. */
  public byte[] publicPem() {
    return PublicKeys.pem(publicKey);
  }

  /** What its owner should be told, such as that others can read the file; possibly none. */
  public List<String> warnings() {
    return warnings;
  }

  byte[] sign(byte[] message) {
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(privateKey);
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Ed25519 signature failed", e);
    }
  }

  /** The pair of a private seed, RFC 8032 section 5.1.5. */
  static SigningKeys ofSeed(byte[] seed, List<String> warnings) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
    generator.initialize(NamedParameterSpec.ED25519, new FixedRandom(seed));
    KeyPair pair = generator.generateKeyPair();
    if (!Arrays.equals(seed(pair.getPrivate()), seed)) {
      throw new GeneralSecurityException("this Java platform does not derive public keys");
    }
    return new SigningKeys(pair.getPrivate(), pair.getPublic(), warnings);
  }

  private static SigningKeys load(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > PublicKeys.LARGEST) {
      throw new InvalidRequest("signing key " + file + " is not a key file");
    }
    try {
      String pem = Files.readString(file, StandardCharsets.US_ASCII);
      byte[] der = PublicKeys.Pem.read("PRIVATE KEY", pem);
      PrivateKey key =
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
      return ofSeed(seed(key), warnings(file));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new InvalidRequest(
          "signing key " + file + " is not an Ed25519 private key in PKCS#8 PEM form", e);
    }
  }

  private static void create(Path file) throws IOException {
    byte[] der;
    try {
      der = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate().getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java 17 platform has Ed25519", e);
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new InvalidRequest("signing key " + file + " is not a file name");
    }
    Path temp = Files.createTempFile(folder, ".key", ".tmp"); // owner only, as the JDK makes them
    try {
      Folder.writeDurably(temp, PublicKeys.Pem.write("PRIVATE KEY", der));
      Files.createLink(file, temp); // unlike a rename, never replaces a key made meanwhile
    } catch (FileAlreadyExistsException e) {
      return; // made meanwhile: that one is used
    } catch (UnsupportedOperationException e) {
      Files.move(temp, file);
    } finally {
      Files.deleteIfExists(temp);
    }
  }

  private static List<String> warnings(Path file) throws IOException {
    if (!Files.getFileStore(file).supportsFileAttributeView("posix")) {
      return List.of();
    }
    boolean open = !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file));
    return open
        ? List.of("signing key " + file + " can be read by others than its owner: chmod 600 it")
        : List.of();
  }

  private static byte[] seed(PrivateKey key) throws GeneralSecurityException {
    return ((EdECPrivateKey) key)
        .getBytes()
        .orElseThrow(() -> new GeneralSecurityException("private key is not accessible"));
  }

  /** Hands out a private seed, from which the platform then derives the public key. */
  private static final class FixedRandom extends SecureRandom {
    private static final long serialVersionUID = 1;
    private final byte[] seed;

    FixedRandom(byte[] seed) {
      this.seed = seed.clone();
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }
}

package palimpsest.dossier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;

/** Writes a dossier as a signed folder: all of it, or nothing. */
public final class Seal {
  private Seal() {}

  /**
   * Writes a dossier, readable by its owner alone, and verifies it before it gets its name.
   *
   * @param folder must not exist yet; its parent must
   * @param artefacts enclosed as they are, in this order, at most 99
   * @return what the verification of the result said
   * @throws InvalidRequest if the folder exists or cannot be written, or the content holds what
   *     JSON cannot carry: a number that is not finite, a lone surrogate
   */
  public static Verification write(
      Path folder, Dossier dossier, List<Artefact> artefacts, SigningKeys keys) {
    Path target = folder.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null || Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidRequest(
          "dossier " + folder + " exists already: give the path of a new folder");
    }
    if (artefacts.size() > Folder.MOST_ARTEFACTS) {
      throw new InvalidRequest(
          "dossier: at most " + Folder.MOST_ARTEFACTS + " artefacts, got " + artefacts.size());
    }
    Map<String, byte[]> files = files(dossier, artefacts, keys);
    try {
      Path temp = Files.createTempDirectory(parent, "." + target.getFileName() + ".");
      try {
        return write(files, temp, target);
      } finally {
        deleteIfLeft(temp);
      }
    } catch (IOException e) {
      throw new InvalidRequest("dossier " + folder + " cannot be written: " + e, e);
    }
  }

  private static Verification write(Map<String, byte[]> files, Path temp, Path target)
      throws IOException {
    Files.createDirectory(temp.resolve(Folder.ARTEFACTS));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Folder.writeDurably(temp.resolve(file.getKey()), file.getValue());
    }
    Folder.sync(temp.resolve(Folder.ARTEFACTS));
    Folder.sync(temp);
    Verification verification = Verifier.verify(temp, Optional.empty());
    if (!verification.accepted()) {
      throw new IllegalStateException(
          "a dossier just written does not verify: " + verification.failures());
    }
    Files.move(temp, target, StandardCopyOption.ATOMIC_MOVE);
    Folder.sync(java.util.Objects.requireNonNull(target.getParent()));
    return verification;
  }

  private static Map<String, byte[]> files(
      Dossier dossier, List<Artefact> artefacts, SigningKeys keys) {
    Map<String, byte[]> files = new TreeMap<>();
    for (int i = 0; i < artefacts.size(); i++) {
      files.put(Sealed.path(i + 1, artefacts.get(i).name()), artefacts.get(i).bytes());
    }
    Sealed sealed = Sealed.of(dossier, artefacts);
    files.put(Folder.CONTENT, content(sealed));
    files.put(Folder.PAGE, Page.render(sealed, keys.keyId()));
    files.put(Folder.KEY, keys.publicPem());
    Map<String, String> digests = new HashMap<>();
    files.forEach((name, bytes) -> digests.put(name, Sha256.hex(bytes)));
    Envelope envelope = Envelope.sign(Envelope.statement(digests, sealed), keys);
    files.put(Folder.ENVELOPE, envelope.bytes());
    return files;
  }

  private static byte[] content(Sealed sealed) {
    byte[] bytes;
    try {
      bytes = Json.canonical(sealed);
    } catch (IllegalArgumentException e) {
      throw new InvalidRequest("dossier cannot be written as JSON: " + Json.oneLine(e), e);
    }
    if (bytes.length > Folder.LARGEST_CONTENT) {
      throw new InvalidRequest(
          Folder.CONTENT
              + " would have "
              + bytes.length
              + " bytes, more than "
              + Folder.LARGEST_CONTENT
              + ": enclose the longest explanations as an artefact instead");
    }
    return bytes;
  }

  private static void deleteIfLeft(Path temp) throws IOException {
    if (!Files.exists(temp)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(temp)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}

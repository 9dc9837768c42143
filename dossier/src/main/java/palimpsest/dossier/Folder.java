package palimpsest.dossier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import palimpsest.api.CorruptArtifact;

/** The files of a dossier, and nothing that is not one of them. */
final class Folder {
  static final String CONTENT = "dossier.json";
  static final String ENVELOPE = "dossier.dsse.json";
  static final String PAGE = "index.html";
  static final String KEY = "key.pub";
  static final String ARTEFACTS = "artefacts";

  static final int MOST_ARTEFACTS = 99;
  static final long LARGEST_CONTENT = 64L << 20;
  static final long LARGEST_ENVELOPE = 1L << 20;
  static final long LARGEST_ARTEFACT = 4L << 30;

  private static final Pattern ARTEFACT_FILE =
      Pattern.compile("[0-9]{2}-[a-z0-9][a-z0-9-]{0,60}\\.(json|jsonl|txt)");

  private Folder() {}

  /**
   * Every file of a dossier with its size, by path.
   *
   * @throws CorruptArtifact for a link, a file or folder that has no place in it, or one too large
   */
  static Map<String, Long> list(Path root) throws IOException {
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      throw new CorruptArtifact("is not a folder");
    }
    Map<String, Long> files = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (name.equals(ARTEFACTS) && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          listArtefacts(entry, files);
        } else {
          add(entry, name, limit(name), files);
        }
      }
    }
    return files;
  }

  private static void listArtefacts(Path folder, Map<String, Long> files) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!ARTEFACT_FILE.matcher(name).matches() || files.size() > MOST_ARTEFACTS + 4) {
          throw unexpected(ARTEFACTS + "/" + name);
        }
        add(entry, ARTEFACTS + "/" + name, LARGEST_ARTEFACT, files);
      }
    }
  }

  private static void add(Path file, String name, long limit, Map<String, Long> files)
      throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw unexpected(name);
    }
    long size = Files.size(file);
    if (size > limit) {
      throw new CorruptArtifact(
          Html.visible(name) + " has " + size + " bytes, more than the " + limit + " allowed");
    }
    files.put(name, size);
  }

  private static long limit(String name) {
    return switch (name) {
      case CONTENT, PAGE -> LARGEST_CONTENT;
      case ENVELOPE -> LARGEST_ENVELOPE;
      case KEY -> PublicKeys.LARGEST;
      default -> throw unexpected(name);
    };
  }

  private static CorruptArtifact unexpected(String name) {
    return new CorruptArtifact("holds what no dossier holds: " + Html.visible(name));
  }

  /** At most {@code limit} bytes of a file that is not a link. */
  static byte[] read(Path file, long limit) throws IOException {
    try (InputStream in = open(file)) {
      byte[] bytes = in.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
      if (bytes.length > limit) {
        throw new CorruptArtifact(file.getFileName() + " grew beyond " + limit + " bytes");
      }
      return bytes;
    }
  }

  static String digest(Path file, long size) throws IOException {
    MessageDigest digest = Sha256.start();
    byte[] buffer = new byte[1 << 16];
    long left = size;
    try (InputStream in = open(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        left -= n;
        if (left < 0) {
          throw new CorruptArtifact(file.getFileName() + " grows while it is read");
        }
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static InputStream open(Path file) throws IOException {
    return Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  }

  static void writeDurably(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /** Makes the names in a folder durable, where the platform can open folders. */
  static void sync(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      return; // Windows opens no folders and needs no sync of them
    }
  }
}

package palimpsest.torch.checkpoint;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;

/**
 * Files that are there whole or not at all: temporary sibling, fsync, rename; and whose deletion
 * lasts.
 */
public final class AtomicFile {
  private static final AtomicLong COUNT = new AtomicLong();

  private AtomicFile() {}

  /** Fills a file. */
  @FunctionalInterface
  public interface Body {
    void write(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file of these bytes, replacing one that is there.
   *
   * @throws InvalidRequest if it cannot be written
   */
  public static void write(Path file, byte[] content) {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    write(file, channel -> drain(channel, bytes));
  }

  /**
   * Writes a file, replacing one that is there.
   *
   * @throws InvalidRequest if it cannot be written
   */
  public static void write(Path file, Body body) {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null) {
      throw new InvalidRequest(file + ": cannot be written: not a file name");
    }
    try {
      Path temporary = sibling(target);
      try {
        try (FileChannel channel = FileChannel.open(temporary, CREATE, TRUNCATE_EXISTING, WRITE)) {
          body.write(channel);
          channel.force(true);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
      sync(folder);
    } catch (IOException e) {
      throw new InvalidRequest(file + ": cannot be written: " + Words.reason(e), e);
    }
  }

  /**
   * Deletes a file or an empty folder and makes that last; a link is deleted, not what it names.
   *
   * @throws InvalidRequest if it cannot be deleted
   */
  public static void delete(Path file) {
    try {
      Files.delete(file);
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        sync(folder);
      }
    } catch (IOException e) {
      throw new InvalidRequest(file + ": cannot be deleted: " + Words.reason(e), e);
    }
  }

  /** Removes what killed writes left in a folder: it has no name of its own yet. */
  public static void removeTorn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".part")).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A hidden name beside the target that no other writer uses. */
  public static Path sibling(Path target) {
    long unique = COUNT.incrementAndGet();
    String name = "." + target.getFileName() + "." + ProcessHandle.current().pid() + "-" + unique;
    return target.resolveSibling(name + ".part");
  }

  /**
   * Makes all that lies below a folder durable, whoever wrote it; links are not followed.
   *
   * @throws InvalidRequest if a file cannot be read
   */
  public static void syncAll(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.toList()) {
        if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
          sync(each);
        } else if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
          try (FileChannel channel = FileChannel.open(each, StandardOpenOption.READ)) {
            channel.force(true);
          }
        }
      }
    } catch (IOException e) {
      throw new InvalidRequest(folder + ": cannot be made durable: " + Words.reason(e), e);
    }
  }

  /** Makes a folder's entries durable, where the file system lets folders be opened. */
  public static void sync(Path folder) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(folder, StandardOpenOption.READ);
    } catch (IOException notOpenable) { // Windows; renames are journalled there
      return;
    }
    try (channel) {
      channel.force(true);
    }
  }

  /** Writes all that remains in the buffer. */
  public static void drain(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}

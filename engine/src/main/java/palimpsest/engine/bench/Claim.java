package palimpsest.engine.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import palimpsest.engine.Outputs;

/**
 * The right to work on a task, which one process has at a time; it ends with the process, however
 * that ends. A lock on a file, so the folder must be on a file system that has them.
 */
final class Claim implements AutoCloseable {
  /** Closing any channel to a file ends all locks that the process has on it: open one only. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private Claim(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Claims a task, unless another process or thread has. */
  static Optional<Claim> of(Path locks, String task) {
    Path file = real(Outputs.folder(locks)).resolve(task + ".lock");
    if (!HELD.add(file)) {
      return Optional.empty();
    }
    Optional<Claim> claim = Optional.empty();
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() != null) {
          claim = Optional.of(new Claim(file, channel));
        }
      } finally {
        if (claim.isEmpty()) {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (claim.isEmpty()) {
        HELD.remove(file);
      }
    }
    return claim;
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      HELD.remove(file);
    }
  }
}

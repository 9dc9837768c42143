package palimpsest.engine.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import palimpsest.engine.Outputs;

/**
 * The right to work on a task, which one process has at a time; it ends with the process, however
 * that ends. A lock on a file, so the folder must be on a file system that has them.
 */
final class Claim implements AutoCloseable {
  private final FileChannel channel;

  private Claim(FileChannel channel) {
    this.channel = channel;
  }

  /** Claims a task, unless another process or thread has. */
  static Optional<Claim> of(Path locks, String task) {
    try {
      FileChannel channel =
          FileChannel.open(
              Outputs.folder(locks).resolve(task + ".lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      if (isOurs(channel)) {
        return Optional.of(new Claim(channel));
      }
      channel.close();
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOurs(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // this very process has it
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

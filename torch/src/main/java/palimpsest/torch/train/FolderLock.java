package palimpsest.torch.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import palimpsest.api.InvalidRequest;

/**
 * Holds a folder for one run, or for whoever destroys it: two would ruin each other's checkpoints.
 *
 * <p>The lock is on a file of its own that this process opens once, since on some systems closing
 * any channel to a file gives up the process' locks on it. It ends with the process, however that
 * ends.
 */
public final class FolderLock implements AutoCloseable {
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private FolderLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the folder, which must be there.
   *
   * @throws InvalidRequest if another run has it
   */
  public static FolderLock take(Path folder) {
    try {
      Path file = folder.toRealPath().resolve("lock");
      if (!HELD.add(file)) {
        throw inUse(folder);
      }
      FolderLock lock = null;
      FileChannel channel = null;
      try {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
          throw inUse(folder);
        }
        lock = new FolderLock(file, channel);
        return lock;
      } finally {
        if (lock == null) {
          HELD.remove(file);
          if (channel != null) {
            channel.close();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InvalidRequest inUse(Path folder) {
    return new InvalidRequest(
        folder + " is in use by another run: wait for it, or give another folder");
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

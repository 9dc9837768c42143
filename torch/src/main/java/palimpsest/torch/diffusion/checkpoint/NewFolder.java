package palimpsest.torch.diffusion.checkpoint;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.checkpoint.Words;

/** A folder of folders that is there whole or not at all. */
final class NewFolder {
  private NewFolder() {}

  /** A file's content: another file, byte by byte, past the heap. */
  static AtomicFile.Body copyOf(Path file) {
    return to -> {
      try (FileChannel from = FileChannel.open(file, READ)) {
        long size = from.size();
        for (long at = 0; at < size; ) {
          long n = from.transferTo(at, size - at, to);
          if (n <= 0) {
            throw new IOException(file + " ends at byte " + at + ", wanted " + size);
          }
          at += n;
        }
      }
    };
  }

  /** Refuses a place at which something is. */
  static Path vacant(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    if (absolute.getParent() == null || Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidRequest(target + ": is there already; give a new place");
    }
    return absolute;
  }

  /**
   * Writes the files, then checks, then gives the folder its name.
   *
   * @param files content by relative path of at most one folder and a name
   * @param check throws if the folder is not to be
   */
  static void write(Path folder, SortedMap<String, AtomicFile.Body> files, Runnable check) {
    Path target = vacant(folder);
    Path temporary = AtomicFile.sibling(target);
    try {
      try {
        Files.createDirectory(temporary);
        for (String relative : files.keySet()) {
          write(temporary.resolve(relative), files.get(relative));
        }
        check.run();
        sync(temporary);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        delete(temporary);
      }
      Path parent = target.getParent();
      if (parent != null) {
        AtomicFile.sync(parent);
      }
    } catch (IOException e) {
      throw new InvalidRequest(folder + ": cannot be written: " + Words.reason(e), e);
    }
  }

  private static void write(Path file, AtomicFile.Body body) throws IOException {
    Path folder = file.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      body.write(channel);
      channel.force(true);
    }
  }

  private static void sync(Path folder) throws IOException {
    for (Path each : tree(folder)) {
      if (Files.isDirectory(each)) {
        AtomicFile.sync(each);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      for (Path each : tree(folder)) {
        Files.delete(each);
      }
    }
  }

  /** The folder and all in it, what is deeper first; links are not followed. */
  private static List<Path> tree(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted(Comparator.reverseOrder()).toList();
    }
  }
}

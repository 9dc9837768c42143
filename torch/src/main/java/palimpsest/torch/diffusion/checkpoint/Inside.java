package palimpsest.torch.diffusion.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.checkpoint.Words;

/**
 * A folder that somebody else made, of which only plain files inside it are read.
 *
 * <p>A link is followed where it leads to a file of the folder or, in the cache of the Hugging Face
 * hub, from {@code snapshots/REVISION} to the {@code blobs} beside; any other is refused, so that
 * no file of this machine gets into a copy of the model.
 */
final class Inside {
  /** Largest configuration: real ones have some kilobytes. */
  static final long CONFIG = 1 << 20;

  /** Largest index of shards. */
  static final long INDEX = 1 << 24;

  private final Path folder;
  private final Path real;
  private final Optional<Path> blobs;

  private Inside(Path folder, Path real, Optional<Path> blobs) {
    this.folder = folder;
    this.real = real;
    this.blobs = blobs;
  }

  /** A folder that the user named. */
  static Inside of(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidRequest(folder + ": not a folder; give the folder of a diffusers pipeline");
    }
    try {
      Path real = folder.toRealPath();
      Optional<Path> snapshots =
          Optional.ofNullable(real.getParent()).filter(parent -> parent.endsWith("snapshots"));
      return new Inside(folder, real, snapshots.map(parent -> parent.resolveSibling("blobs")));
    } catch (IOException e) {
      throw new InvalidRequest(folder + ": cannot be read: " + Words.reason(e), e);
    }
  }

  /** The folder under the name that the user gave. */
  Path folder() {
    return folder;
  }

  /** Whether something of that name is there. */
  boolean has(String relative) {
    return Files.exists(folder.resolve(relative), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * A plain file.
   *
   * @param relative its place, put together from names that were checked
   * @throws CorruptArtifact if it is not there, not a plain file or outside
   */
  Path file(String relative) {
    Path file = folder.resolve(relative);
    try {
      Path target = file.toRealPath();
      boolean inside = target.startsWith(real) || blobs.filter(target::startsWith).isPresent();
      if (!inside) {
        throw new CorruptArtifact(
            file + ": a link out of the folder; put the file itself in its place");
      }
      if (!Files.isRegularFile(target)) {
        throw new CorruptArtifact(file + ": not a plain file");
      }
      return file;
    } catch (IOException e) {
      throw new CorruptArtifact(file + ": cannot be read: " + Words.reason(e), e);
    }
  }

  /** A JSON object of bounded size. */
  ObjectNode json(String relative, long largest) {
    Path file = file(relative);
    try {
      long size = Files.size(file);
      if (size > largest) {
        throw new CorruptArtifact(file + ": " + size + " bytes, wanted at most " + largest);
      }
    } catch (IOException e) {
      throw new CorruptArtifact(file + ": cannot be read: " + Words.reason(e), e);
    }
    return JsonFile.read(file);
  }

  /** Names of the files of a folder in it, without those of its folders; in order. */
  List<String> names(String relative) {
    Path below = folder.resolve(relative);
    if (!Files.isDirectory(below)) {
      throw new CorruptArtifact(below + ": not a folder, though model_index.json lists it");
    }
    try (Stream<Path> files = Files.list(below)) {
      return files
          .filter(file -> !Files.isDirectory(file))
          .map(file -> String.valueOf(file.getFileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new CorruptArtifact(below + ": cannot be read: " + Words.reason(e), e);
    }
  }
}

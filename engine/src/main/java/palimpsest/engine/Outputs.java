package palimpsest.engine;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;

/** Folders for results: never overwritten unless told to. */
final class Outputs {
  private Outputs() {}

  /** Makes a folder and its parents, or says why it cannot. */
  static Path folder(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw new InvalidRequest(folder + " is a file, wanted a folder: give another path", e);
    } catch (IOException e) {
      throw new InvalidRequest(
          "cannot make folder " + folder + ": " + e.getMessage() + "; give one you can write to",
          e);
    }
  }

  /** Whether a folder holds anything but what a killed write left, which has no name yet. */
  static boolean isEmpty(Path folder) {
    if (!Files.exists(folder)) {
      return true;
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidRequest(folder + " is a file, wanted a folder: give another path");
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(f -> String.valueOf(f.getFileName()))
          .allMatch(name -> name.startsWith(".") && name.endsWith(".part"));
    } catch (IOException e) {
      throw new InvalidRequest(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Deletes a folder of results and all in it. */
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new InvalidRequest("cannot clear " + folder + ": " + e.getMessage(), e);
    }
  }
}

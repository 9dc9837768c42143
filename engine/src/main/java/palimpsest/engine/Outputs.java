package palimpsest.engine;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;

/** Folders for results: never overwritten unless told to. */
public final class Outputs {
  private Outputs() {}

  /** Refuses a folder that holds something, unless work in it is to be resumed. */
  public static void requireFresh(Path folder, boolean resume) {
    requireFresh(folder, resume, "--out");
  }

  /** The same, of a folder that another option names. */
  public static void requireFresh(Path folder, boolean resume, String option) {
    if (!resume && !isEmpty(folder)) {
      throw new InvalidRequest(
          folder + " is not empty: give --resume to go on with it, or another " + option);
    }
  }

  /** Refuses a file that is there already, or whose folder is not. */
  public static void requireNew(Path file) {
    if (Files.exists(file)) {
      throw new InvalidRequest(file + " is there already: remove it or give another file");
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new InvalidRequest(
          file + " cannot be written: its folder is not there; make it, or give another file");
    }
  }

  /** Makes a folder and its parents, or says why it cannot. */
  public static Path folder(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw new InvalidRequest(folder + " is a file, wanted a folder: give another path", e);
    } catch (IOException e) {
      throw new InvalidRequest(
          "cannot make folder " + folder + reason(e) + "; give one you can write to", e);
    }
  }

  /** What the file system says beside the path, which it may not. */
  private static String reason(IOException e) {
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return reason == null ? "" : ": " + reason;
  }

  /** Whether a folder holds anything but what a killed write left, which has no name yet. */
  public static boolean isEmpty(Path folder) {
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

  /** The folders in a folder. */
  static List<Path> folders(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new InvalidRequest(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Deletes a folder of results and all in it. */
  public static void delete(Path folder) {
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
